package dev.coppice.app.train;

import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;

/** Sums up the rewards of a batch. */
final class BatchTally {
  private double rewards;
  private int mixed;
  private int groups;
  private int scoredGroups;
  private int leaves;

  void add(TrajectoryGroup group) {
    double sum = 0;
    double mass = 0;
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (TrajectoryTree tree : group.trees()) {
      for (Leaf leaf : tree.leaves()) {
        if (leaf.isScored()) {
          double weight = tree.pathWeight(leaf.node());
          sum += weight * leaf.reward();
          mass += weight;
          least = Math.min(least, leaf.reward());
          most = Math.max(most, leaf.reward());
          leaves++;
        }
      }
    }
    groups++;
    mixed += most > least ? 1 : 0;
    if (mass > 0) {
      rewards += sum / mass;
      scoredGroups++;
    }
  }

  StepReport.Figures figures() {
    return new StepReport.Figures(
        rewards / Math.max(1, scoredGroups), (double) mixed / Math.max(1, groups), groups, leaves);
  }
}
