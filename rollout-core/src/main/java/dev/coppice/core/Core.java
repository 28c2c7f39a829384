package dev.coppice.core;

import java.util.List;

/**
 * Steps the state machine: {@code step(State, Event) -> effects}.
 *
 * <p>No clock, no thread, no model and no world is touched here, and every decision follows from the
 * events alone: a seed and a journal replay a run exactly.
 *
 * @thread the engine thread.
 */
public final class Core {
  private Core() {}

  /**
   * Applies one event.
   *
   * @param state to change.
   * @param event to apply.
   * @param effects to be extended, in the order they must be carried out.
   */
  public static void step(final State state, final Event event, final List<Effect> effects) {
    state.stalled = false;
    switch (event) {
      case Event.GroupOffered offered -> state.groups.offer(offered, effects);
      case Event.GroupRestored restored -> state.groups.restore(restored, effects);
      case Event.Tick tick -> {
        state.advanceTo(tick.nowNs());
        state.planner.plan(effects);
      }
      case Event.BatchDone done -> {
        state.advanceTo(done.nowNs());
        state.growth.batchDone(done, effects);
      }
      case Event.BatchFailed failed -> {
        state.advanceTo(failed.nowNs());
        state.growth.batchFailed(failed, effects);
      }
      case Event.WeightsSwapped swapped -> {
        state.advanceTo(swapped.nowNs());
        state.versions.swap(swapped, effects);
      }
      case Event.CallDone done -> state.growth.callDone(done, effects);
      case Event.Scored scored -> state.growth.scored(scored, effects);
    }
  }
}
