package dev.coppice.rollout;

import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;
import java.util.Objects;

/**
 * Delivers a finished group with what it cost.
 *
 * @param request the group answers.
 * @param group of finished trees.
 * @param ledgers one per tree, in order.
 * @param decisionTurn the turn that decides, as the environment plans it, or {@link #NO_PLAN}.
 */
public record GroupResult(
    GroupRequest request, TrajectoryGroup group, List<TreeLedger> ledgers, int decisionTurn) {
  /** Stands for a group whose environment named no turn. */
  public static final int NO_PLAN = -1;

  /**
   * Delivers a group of which no plan is known.
   *
   * @param request the group answers.
   * @param group of finished trees.
   * @param ledgers one per tree, in order.
   */
  public GroupResult(
      final GroupRequest request, final TrajectoryGroup group, final List<TreeLedger> ledgers) {
    this(request, group, ledgers, NO_PLAN);
  }

  /** Checks that every tree has its ledger. */
  public GroupResult {
    Objects.requireNonNull(request, "request is null");
    ledgers = List.copyOf(ledgers);
    if (ledgers.size() != group.trees().size()) {
      throw new IllegalArgumentException(
          "one ledger per tree: trees=" + group.trees().size() + " ledgers=" + ledgers.size());
    }
  }

  /** Stands for a group in which no token was sampled. */
  public static final int NOTHING_SAMPLED = -1;

  /**
   * Returns the oldest weights that sampled a token of the group.
   *
   * @return the version, or {@link #NOTHING_SAMPLED}.
   */
  public int oldestPolicyVersion() {
    int oldest = Integer.MAX_VALUE;
    for (final TrajectoryTree tree : group.trees()) {
      for (final TrajectoryNode node : tree.nodes()) {
        if (!node.versionRuns().isEmpty()) {
          oldest = Math.min(oldest, node.policyVersion());
        }
      }
    }
    return oldest == Integer.MAX_VALUE ? NOTHING_SAMPLED : oldest;
  }
}
