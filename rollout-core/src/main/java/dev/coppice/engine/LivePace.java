package dev.coppice.engine;

import dev.coppice.core.Event;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Applies results as they come, at the time they come.
 *
 * @thread the engine thread.
 */
final class LivePace implements Pace {
  private final LongSupplier clockNs;

  LivePace(final LongSupplier clockNs) {
    this.clockNs = clockNs;
  }

  @Override
  public long eventNs() {
    return clockNs.getAsLong();
  }

  @Override
  public long nowNs() {
    return clockNs.getAsLong();
  }

  @Override
  public boolean isLive() {
    return true;
  }

  @Override
  public void arrived(final int branch, final Event result, final Consumer<Event> landing) {
    landing.accept(result);
  }

  @Override
  public boolean holds(final int branch) {
    return false;
  }

  @Override
  public int release(final int underWay, final Consumer<Event> landing) {
    return 0;
  }

  @Override
  public boolean maySample(final int underWay) {
    return true;
  }
}
