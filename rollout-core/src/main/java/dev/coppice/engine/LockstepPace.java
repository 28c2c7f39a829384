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
final class LockstepPace implements Pace {
  private static final long STEP_NS = 1_000_000;

  private final TreeMap<Integer, Event> held = new TreeMap<>();
  private long stepNs;

  @Override
  public long eventNs() {
    stepNs += STEP_NS;
    return stepNs;
  }

  @Override
  public long nowNs() {
    return stepNs;
  }

  @Override
  public boolean isLive() {
    return false;
  }

  @Override
  public void arrived(final int branch, final Event result, final Consumer<Event> landing) {
    held.putIfAbsent(branch, result);
  }

  @Override
  public boolean holds(final int branch) {
    return held.containsKey(branch);
  }

  @Override
  public int release(final int underWay, final Consumer<Event> landing) {
    if (held.isEmpty() || held.size() < underWay) {
      return 0;
    }
    final TreeMap<Integer, Event> released = new TreeMap<>(held);
    held.clear();
    released.values().forEach(landing);
    return released.size();
  }

  @Override
  public boolean maySample(final int underWay) {
    return underWay == 0;
  }
}
