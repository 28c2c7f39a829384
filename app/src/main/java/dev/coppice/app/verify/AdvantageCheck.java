package dev.coppice.app.verify;

import dev.coppice.app.advantage.CreditAssigner;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;

/** Holds the advantages in the traces against the estimators. */
final class AdvantageCheck {
  private static final double SHARE = 1e-6;
  private static final double ABSOLUTE = 1e-7;

  private AdvantageCheck() {}

  static void check(final StoredGroup group, final CreditAssigner credit, final Findings findings) {
    final List<CreditBlock> first = group.trees().getFirst().trace().credit();
    final List<List<CreditBlock>> derived = credit.asIn(first).score(group.group());
    for (int i = 0; i < group.trees().size(); i++) {
      final List<CreditBlock> stored = group.trees().get(i).trace().credit();
      final String place = group.arm() + " " + group.id() + " tree " + i;
      findings.same(place + " estimators", stored.size(), derived.get(i).size());
      for (int b = 0; b < Math.min(stored.size(), derived.get(i).size()); b++) {
        compare(place, group.trajectories().get(i), stored.get(b), derived.get(i).get(b), findings);
      }
    }
  }

  private static void compare(
      final String place,
      final TrajectoryTree tree,
      final CreditBlock stored,
      final CreditBlock derived,
      final Findings findings) {
    final String what = place + " " + derived.estimator();
    if (!stored.estimator().equals(derived.estimator())) {
      findings.add(what + ": the traces have " + stored.estimator());
      return;
    }
    if (!derived.options().equals(stored.options())) {
      findings.add(
          what
              + ": the options differ: stored "
              + stored.options()
              + ", derived "
              + derived.options());
    }
    for (int node = 0; node < tree.nodes().size(); node++) {
      final float[] left = stored.advantagesOf(node);
      final float[] right = derived.advantagesOf(node);
      if ((left == null) != (right == null)
          || (left != null && firstDifference(left, right) >= 0)) {
        findings.add(what + " node " + node + ": the advantages differ");
      }
    }
    for (final CreditBlock.LeafAdvantage leaf : derived.leaves()) {
      final double found = stored.advantageOfLeaf(leaf.node());
      if (!isNear(found, leaf.advantage())) {
        findings.add(
            what + " leaf " + leaf.node() + ": stored " + found + ", derived " + leaf.advantage());
      }
    }
  }

  private static int firstDifference(final float[] left, final float[] right) {
    if (left.length != right.length) {
      return Math.min(left.length, right.length);
    }
    for (int i = 0; i < left.length; i++) {
      if (!isNear(left[i], right[i])) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isNear(final double left, final double right) {
    final double larger = Math.max(Math.abs(left), Math.abs(right));
    return Math.abs(left - right) <= ABSOLUTE + SHARE * larger;
  }
}
