package dev.coppice.core;

import dev.coppice.allocation.GroupOutcome;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Provenance;
import dev.coppice.episode.Score;
import dev.coppice.model.Draws;
import dev.coppice.model.Quotes;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.util.List;

/**
 * An input of the core; every one is journaled before it is applied.
 *
 * @unit times are nanoseconds of the injected clock.
 */
public sealed interface Event {

  /**
   * A group was taken from the ring and its episode started.
   *
   * @param request for the group.
   * @param task to solve.
   * @param prompt tokens the model sees first.
   * @param plan of the episode.
   * @param digest of the world's first state.
   * @param failure of the environment to start the episode, or null.
   */
  record GroupOffered(
      GroupRequest request,
      Task task,
      int[] prompt,
      EpisodePlan plan,
      String digest,
      RolloutFailure failure)
      implements Event {}

  /**
   * A group finished by an earlier process of the same run; it takes its place in the budget and
   * in what later groups learn.
   *
   * @param request for the group.
   * @param outcome of its trees: what they cost, and what later groups may learn from them.
   */
  record GroupRestored(GroupRequest request, GroupOutcome outcome) implements Event {}

  /**
   * A group of the same fleet ended, on another engine or in an earlier process; it takes its place
   * in what later groups learn, and costs this engine nothing.
   *
   * @param number of the group.
   * @param outcome of its trees, or null if nobody grew it to its end.
   */
  record LessonTaken(long number, GroupOutcome outcome) implements Event {}

  /**
   * The model said what it would compute next.
   *
   * @param nowNs the time.
   * @param quotes one row per piece of work.
   */
  record Quoted(long nowNs, Quotes quotes) implements Event {}

  /**
   * The model answered.
   *
   * @param nowNs the time.
   * @param draws one row per piece of work.
   */
  record Drawn(long nowNs, Draws draws) implements Event {}

  /**
   * The model did not answer within its deadline.
   *
   * @param branch that waited.
   * @param ticket of its work.
   * @param waitedNs how long it waited, in nanoseconds.
   */
  record WorkExpired(int branch, int ticket, long waitedNs) implements Event {}

  /**
   * New weights are ready to be used, and the model may go over to them.
   *
   * @param nowNs the time.
   * @param version of the weights, one more than the last.
   */
  record WeightsSwapped(long nowNs, int version) implements Event {}

  /**
   * The tool calls of a turn came back.
   *
   * @param ticket of the calls.
   * @param outcomes of the calls in order, at least one.
   * @param observation tokens the model is shown; empty if the tool failed.
   * @param over whether the environment ends the episode.
   * @param stepReward for the step.
   * @param digest of the world after the call, or null if the tool failed.
   * @param failure or null.
   */
  record CallDone(
      Ticket ticket,
      List<CallOutcome> outcomes,
      int[] observation,
      boolean over,
      double stepReward,
      String digest,
      RolloutFailure failure)
      implements Event {
    /** Keeps a copy. */
    public CallDone {
      outcomes = List.copyOf(outcomes);
    }
  }

  /**
   * An episode was scored.
   *
   * @param ticket of the scoring.
   * @param score of the episode, {@link Score#NONE} with a failure.
   * @param failure or null.
   */
  record Scored(Ticket ticket, Score score, RolloutFailure failure) implements Event {}

  /**
   * Names one piece of work done outside the core.
   *
   * @param branch it was done for.
   * @param sequence of the work on that branch; a result that comes too late does not fit.
   */
  record Ticket(int branch, int sequence) {}

  /**
   * What a call came to, for the record.
   *
   * @param tool that ran.
   * @param arguments as canonical JSON.
   * @param status of the call.
   * @param correct or null.
   * @param latencyUs of the tool in microseconds.
   * @param provenance of the result.
   */
  record CallOutcome(
      String tool,
      String arguments,
      ToolCall.Status status,
      Boolean correct,
      long latencyUs,
      Provenance provenance) {}
}
