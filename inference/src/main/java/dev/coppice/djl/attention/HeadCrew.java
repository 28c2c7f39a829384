package dev.coppice.djl.attention;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Shares numbered pieces of work out over the caller and a few helpers, and waits for all of them.
 *
 * <pre>
 *   caller   generation++ | take pieces ... | wait until remaining = 0
 *   helper   parked       | take pieces ... | remaining--, then wait for the next generation
 * </pre>
 *
 * <p>Whoever waits spins for some microseconds and then parks: spinning on would take the core from
 * the tools that run beside the engine.
 *
 * @thread run by one thread at a time.
 */
final class HeadCrew implements AutoCloseable {
  private static final int SPINS = 100;
  private static final long PARK_NS = TimeUnit.SECONDS.toNanos(1);

  /** Computes one piece. */
  interface Work {
    /**
     * Computes a piece.
     *
     * @param lane of the thread, 0 for the caller.
     * @param piece from 0.
     */
    void run(int lane, int piece);
  }

  private final Work work;
  private final Thread[] helpers;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger remaining = new AtomicInteger();
  private volatile int generation;
  private volatile Throwable failure;
  private volatile boolean closed;
  private volatile Thread caller;
  private int pieces;

  /**
   * Starts the helpers.
   *
   * @param helperCount number of threads beside the caller, from 0.
   * @param work that they do.
   */
  HeadCrew(final int helperCount, final Work work) {
    this.work = work;
    helpers = new Thread[helperCount];
    for (int i = 0; i < helperCount; i++) {
      final int lane = i + 1;
      helpers[i] = Thread.ofPlatform().daemon().name("attention-" + lane).start(() -> help(lane));
    }
  }

  /**
   * Does all pieces of one job.
   *
   * @param count of pieces.
   * @throws IllegalStateException if a piece failed.
   */
  void run(final int count) {
    pieces = count;
    next.set(0);
    remaining.set(helpers.length);
    caller = Thread.currentThread();
    generation++;
    for (final Thread helper : helpers) {
      LockSupport.unpark(helper);
    }
    take(0);
    for (int spin = 0; remaining.get() > 0; spin++) {
      pause(spin);
    }
    if (failure != null) {
      final Throwable cause = failure;
      failure = null;
      throw new IllegalStateException("a piece of attention failed: " + cause, cause);
    }
  }

  private void take(final int lane) {
    try {
      for (int piece = next.getAndIncrement(); piece < pieces; piece = next.getAndIncrement()) {
        work.run(lane, piece);
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  private void help(final int lane) {
    int seen = 0;
    int spin = 0;
    while (!closed) {
      final int current = generation;
      if (current == seen) {
        pause(spin++);
      } else {
        seen = current;
        spin = 0;
        take(lane);
        if (remaining.decrementAndGet() == 0) {
          LockSupport.unpark(caller);
        }
      }
    }
  }

  private void pause(final int spin) {
    if (spin < SPINS) {
      Thread.onSpinWait();
    } else {
      LockSupport.parkNanos(this, PARK_NS);
    }
  }

  @Override
  public void close() {
    closed = true;
    for (final Thread helper : helpers) {
      LockSupport.unpark(helper);
    }
  }
}
