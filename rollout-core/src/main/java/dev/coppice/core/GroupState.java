package dev.coppice.core;

import dev.coppice.allocation.GroupAllocation;
import dev.coppice.allocation.GroupOutcome;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.scheduling.BudgetLease;
import dev.coppice.scheduling.BudgetSplit;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds a group while its trees grow.
 *
 * @thread the engine thread.
 */
final class GroupState {
  final GroupRequest request;
  final Task task;
  final int[] prompt;
  final EpisodePlan plan;
  final String digest;
  final RolloutFailure failure;
  final List<TreeDraft> trees = new ArrayList<>();
  BudgetLease budget;
  boolean hasDrawn;
  int treesOpen;
  boolean refused;
  BudgetSplit.Share share;
  long start;
  long rootTag;
  GroupAllocation.First first;
  private final List<Integer> waves = new ArrayList<>();
  private int planned;
  private int opened;
  private int scored;
  private double leastReward = Double.POSITIVE_INFINITY;
  private double mostReward = Double.NEGATIVE_INFINITY;

  GroupState(final Event.GroupOffered offer) {
    this.request = offer.request();
    this.task = offer.task();
    this.prompt = offer.prompt();
    this.plan = offer.plan();
    this.digest = offer.digest();
    this.failure = offer.failure();
  }

  int place() {
    return request.index();
  }

  void beginWave(final int size) {
    if (size > 0) {
      waves.add(size);
      planned = size > Integer.MAX_VALUE - planned ? Integer.MAX_VALUE : planned + size;
    }
  }

  /** Returns how many draws of the waves decided so far are still to be opened. */
  int drawsToOpen() {
    return planned - opened;
  }

  /** Opens draws, and returns how many had been opened before. */
  int opened(final int draws) {
    opened += draws;
    return opened - draws;
  }

  /** Takes in a reward; what comes of it does not depend on the order. */
  void reward(final double reward, final int draws) {
    if (!Double.isNaN(reward)) {
      scored += draws;
      leastReward = Math.min(leastReward, reward);
      mostReward = Math.max(mostReward, reward);
    }
  }

  GroupAllocation.Seen seen() {
    return new GroupAllocation.Seen(opened, scored, leastReward, mostReward);
  }

  /** Says how the group came to its draws; a share of the budget may have cut the last wave. */
  TrajectoryGroup.Sizing sizing(final GroupAllocation allocation) {
    final List<Integer> grown = new ArrayList<>();
    int left = opened;
    for (final int wave : waves) {
      if (left > 0) {
        grown.add(Math.min(wave, left));
        left -= wave;
      }
    }
    return new TrajectoryGroup.Sizing(
        allocation.name(),
        grown,
        Math.min(first.unbiased(), opened),
        allocation.stopsByOutcomes(),
        first.expectedReward(),
        allocation.keeps(seen()));
  }

  /** Holds what later groups may learn from this one, of its finished trees in order. */
  GroupOutcome outcome(final List<TrajectoryTree> finished) {
    final List<GroupOutcome.Tree> sums = new ArrayList<>();
    for (int i = 0; i < finished.size(); i++) {
      sums.add(GroupOutcome.Tree.of(finished.get(i), trees.get(i).computedTokens()));
    }
    return new GroupOutcome(request.taskIndex(), sums);
  }
}
