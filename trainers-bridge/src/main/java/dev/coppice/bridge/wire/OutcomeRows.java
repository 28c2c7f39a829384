package dev.coppice.bridge.wire;

import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.HashMap;
import java.util.Map;

/** Numbers paths and makes their outcomes. */
final class OutcomeRows {
  private OutcomeRows() {}

  /** Makes the outcome of one path. */
  static LeafRow of(
      final CreditedGroup credited,
      final int treePlace,
      final Leaf leaf,
      final int leafPlace,
      final int nodePlace) {
    if (leafPlace >= 1 << GroupNumbers.LEAF_BITS) {
      throw new IllegalArgumentException("too many paths in one group: leaf=" + leafPlace);
    }
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
            group << GroupNumbers.LEAF_BITS | leafPlace,
            tree.tree()),
        new LeafRow.Outcome(
            leaf.status(), leaf.stop().wireName(), (float) leaf.reward(), components),
        (float) (tree.pathWeight(leaf.node()) / credited.group().trees().size()),
        credited.leafAdvantage(treePlace, leaf.node()));
  }
}
