package dev.coppice.engine;

import dev.coppice.core.Event;
import java.util.function.Consumer;

/**
 * Says what time an event gets, and in which order results of tools are applied.
 *
 * @thread the engine thread.
 */
sealed interface Pace permits LivePace, LockstepPace {
  /** Returns the time of the next event, in nanoseconds. */
  long eventNs();

  /** Returns the time without going on, in nanoseconds. */
  long nowNs();

  /** Whether its times are times, so that delays mean something. */
  boolean isLive();

  /** Takes the result for a branch that waits for it. */
  void arrived(int branch, Event result, Consumer<Event> landing);

  /** Whether the result for a branch is here and not yet applied. */
  boolean holds(int branch);

  /** Applies what was held back, if its time has come; answers how many. */
  int release(int underWay, Consumer<Event> landing);

  /** Whether the model may go on while so many calls are under way. */
  boolean maySample(int underWay);
}
