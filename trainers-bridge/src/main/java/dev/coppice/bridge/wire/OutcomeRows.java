package dev.coppice.bridge.wire;

import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.HashMap;
import java.util.Map;

/** Numbers the paths of a group and makes their outcomes. */
final class OutcomeRows {
  private final CreditedGroup credited;
  private final long rootDraws;

  OutcomeRows(final CreditedGroup credited) {
    this.credited = credited;
    this.rootDraws = credited.group().trees().stream().mapToLong(TrajectoryTree::draws).sum();
  }

  /** Makes the outcome of one path. */
  LeafRow of(final int treePlace, final Leaf leaf, final int leafPlace, final int nodePlace) {
    final TrajectoryTree tree = credited.group().trees().get(treePlace);
    final long group = credited.number();
    final Map<String, Float> components = new HashMap<>();
    leaf.components().forEach((name, value) -> components.put(name, value.floatValue()));
    return new LeafRow(
        new LeafRow.Place(
            group,
            tree.group(),
            leafPlace,
            nodePlace,
            GroupNumbers.rollout(group, leafPlace),
            tree.tree()),
        new LeafRow.Outcome(
            leaf.status(), leaf.stop().wireName(), (float) leaf.reward(), components),
        leaf.draws(),
        (float) (tree.pathWeight(leaf.node()) * tree.draws() / rootDraws),
        credited.leafAdvantage(treePlace, leaf.node()));
  }
}
