package dev.coppice.rollout;

import dev.coppice.trajectory.TrajectoryGroup;
import java.util.List;
import java.util.Objects;

/**
 * Delivers a finished group with what it cost.
 *
 * @param request the group answers.
 * @param group of finished trees.
 * @param ledgers one per tree, in order.
 */
public record GroupResult(GroupRequest request, TrajectoryGroup group, List<TreeLedger> ledgers) {
  /** Checks that every tree has its ledger. */
  public GroupResult {
    Objects.requireNonNull(request, "request is null");
    ledgers = List.copyOf(ledgers);
    if (ledgers.size() != group.trees().size()) {
      throw new IllegalArgumentException(
          "one ledger per tree: trees=" + group.trees().size() + " ledgers=" + ledgers.size());
    }
  }
}
