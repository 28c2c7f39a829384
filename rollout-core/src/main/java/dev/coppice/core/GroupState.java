package dev.coppice.core;

import dev.coppice.episode.EpisodePlan;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.scheduling.BudgetLease;
import dev.coppice.scheduling.BudgetSplit;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.Task;
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
}
