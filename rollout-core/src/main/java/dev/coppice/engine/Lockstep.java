package dev.coppice.engine;

import dev.coppice.core.Event;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Makes a run a function of its seed and of what its tools answer, whatever they take.
 *
 * <p>Results wait until every call under way has come back, and are then applied in the order of
 * their branches; time goes on by a millisecond an event. So batches, cache hits and the order of
 * groups are the same in every run, and a run over recorded results repeats the recorded one byte
 * for byte. The price is that a slow tool holds up the branches of its wave.
 *
 * @thread the engine thread.
 */
final class Lockstep {
  private static final long STEP_NS = 1_000_000;

  private final TreeMap<Integer, Event> held = new TreeMap<>();
  private long stepNs;

  /** Returns the time of the next event. */
  long nextNs() {
    stepNs += STEP_NS;
    return stepNs;
  }

  /** Gives the event a batch came to its place in time. */
  Event stamped(final Event event) {
    return switch (event) {
      case Event.BatchDone done ->
          new Event.BatchDone(nextNs(), done.policyVersion(), done.draws());
      case Event.BatchFailed failed -> new Event.BatchFailed(nextNs(), failed.message());
      default -> event;
    };
  }

  /** Keeps the first result for a branch until the others are there. */
  void hold(final int branch, final Event event) {
    held.putIfAbsent(branch, event);
  }

  boolean holds(final int branch) {
    return held.containsKey(branch);
  }

  /** Hands over what is held, in the order of the branches, if it is all that is under way. */
  int release(final int running, final Consumer<Event> receiver) {
    if (held.isEmpty() || held.size() < running) {
      return 0;
    }
    final TreeMap<Integer, Event> released = new TreeMap<>(held);
    held.clear();
    released.values().forEach(receiver);
    return released.size();
  }
}
