package dev.coppice.app.experiment;

import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.app.folder.StoredTree;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;
import java.util.TreeMap;

/**
 * Holds what one side's continuations of one path came to.
 *
 * @param task id of the problem.
 * @param ids the tokens the continuations began with.
 * @param rewards of the continuations in order; NaN where one failed or was not scored.
 * @param ledgers of the continuations in order.
 */
record SideGroup(String task, int[] ids, double[] rewards, List<TreeLedger> ledgers) {
  /** Reads all groups of a side, by number. */
  static TreeMap<Long, SideGroup> read(final RunFolder folder) {
    final TreeMap<Long, SideGroup> groups = new TreeMap<>();
    try (GroupScan scan = new GroupScan(folder.traces())) {
      for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
        groups.put(group.number(), of(group));
      }
    }
    return groups;
  }

  private static SideGroup of(final StoredGroup group) {
    final double[] rewards = new double[group.trees().size()];
    for (int i = 0; i < rewards.length; i++) {
      final StoredTree tree = group.trees().get(i);
      final Leaf leaf = tree.trace().tree().leaves().getFirst();
      rewards[i] = leaf.isScored() ? leaf.reward() : Double.NaN;
    }
    final TrajectoryTree first = group.trees().getFirst().trace().tree();
    return new SideGroup(first.task().id(), first.node(0).tokens(), rewards, group.ledgers());
  }
}
