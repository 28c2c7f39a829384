package dev.coppice.app.train;

import dev.coppice.bridge.wire.LeafRow;
import dev.coppice.bridge.wire.PackedGroup;

/** Sums up the rewards of a batch. */
final class BatchTally {
  private double rewards;
  private int mixed;
  private int groups;
  private int scoredGroups;
  private int leaves;

  void add(final PackedGroup group) {
    double sum = 0;
    double mass = 0;
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (final LeafRow leaf : group.leaves()) {
      if (leaf.isScored()) {
        sum += leaf.weight() * leaf.outcome().reward();
        mass += leaf.weight();
        least = Math.min(least, leaf.outcome().reward());
        most = Math.max(most, leaf.outcome().reward());
        leaves++;
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
