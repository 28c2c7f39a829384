package dev.coppice.decoder.kernel;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Shares numbered pieces of work out over the caller and a few helpers, and waits for all of them.
 *
 * <pre>
 *   state    job number (32 bits) | pieces not yet taken (32 bits)
 *   caller   state = next job, all pieces | take pieces ... | wait until done = pieces
 *   helper   parked                       | take pieces ... | wait for a state with pieces
 * </pre>
 *
 * <p>Nobody waits for a helper that took nothing: on a busy machine a helper may come late, and the
 * caller has then done its share. Whoever waits spins for some 100 us, longer than the gap between
 * two layers, and then parks: spinning on would take the core from the tools beside the engine.
 *
 * @thread run by one thread at a time.
 */
public final class WorkerPool implements AutoCloseable {
  private static final int SPINS = 2000;
  private static final long PARK_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long ONE_JOB = 1L << 32;

  /** Computes one piece. */
  public interface Work {
    /**
     * Computes a piece.
     *
     * @param lane of the thread, 0 for the caller.
     * @param piece from 0.
     */
    void run(int lane, int piece);
  }

  private final Thread[] helpers;
  private final AtomicLong state = new AtomicLong();
  private final AtomicInteger done = new AtomicInteger();
  private volatile Throwable failure;
  private volatile boolean closed;
  private Thread caller;
  private Work work;
  private int pieces;

  /**
   * Starts the helpers.
   *
   * @param threads that compute, the caller among them, at least 1.
   */
  public WorkerPool(final int threads) {
    helpers = new Thread[threads - 1];
    for (int i = 0; i < helpers.length; i++) {
      final int lane = i + 1;
      helpers[i] = Thread.ofPlatform().daemon().name("decoder-" + lane).start(() -> help(lane));
    }
  }

  /**
   * Returns the number of threads.
   *
   * @return the helpers and the caller.
   */
  public int threads() {
    return helpers.length + 1;
  }

  /**
   * Does all pieces of one job.
   *
   * @param count of pieces.
   * @param newWork that does a piece.
   * @throws IllegalStateException if a piece failed.
   */
  public void run(final int count, final Work newWork) {
    if (helpers.length == 0 || count == 1) {
      for (int piece = 0; piece < count; piece++) {
        newWork.run(0, piece);
      }
      return;
    }
    work = newWork;
    pieces = count;
    caller = Thread.currentThread();
    done.set(0);
    state.set((state.get() & -ONE_JOB) + ONE_JOB + count);
    for (final Thread helper : helpers) {
      LockSupport.unpark(helper);
    }
    take(0);
    for (int spin = 0; done.get() < count; spin++) {
      pause(spin);
    }
    if (failure != null) {
      final Throwable cause = failure;
      failure = null;
      throw new IllegalStateException("a piece of the work failed: " + cause, cause);
    }
  }

  /** Takes pieces until none is left; a piece is done only by who took it from the same state. */
  private void take(final int lane) {
    for (long now = state.get(); (int) now > 0; now = state.get()) {
      if (state.compareAndSet(now, now - 1)) {
        final int count = pieces;
        final Thread waiting = caller;
        try {
          work.run(lane, count - (int) now);
        } catch (RuntimeException | Error e) {
          failure = e;
        }
        if (done.incrementAndGet() == count && lane > 0) {
          LockSupport.unpark(waiting);
        }
      }
    }
  }

  private void help(final int lane) {
    int spin = 0;
    while (!closed) {
      if ((int) state.get() > 0) {
        take(lane);
        spin = 0;
      } else {
        pause(spin++);
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

  /** Ends the helpers. */
  @Override
  public void close() {
    closed = true;
    for (final Thread helper : helpers) {
      LockSupport.unpark(helper);
    }
  }
}
