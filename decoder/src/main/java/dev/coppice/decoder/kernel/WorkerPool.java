package dev.coppice.decoder.kernel;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Shares numbered pieces of work out over the caller and a few helpers, and waits for all of them.
 *
 * <pre>
 *   range[lane]   job number (32 bits) | next piece (16) | end (16)
 *   caller        sets all ranges, job = next | takes pieces ... | waits until done = pieces
 *   helper        parked                      | takes pieces ... | waits for another job
 * </pre>
 *
 * <p>Every lane has a range of neighbouring pieces, so that it reads memory in one direction and
 * knows what it reads next; who is done goes on in the ranges of the others, in the same direction.
 * Nobody waits for a helper that took nothing: on a busy machine a helper may come late, and the
 * caller has then done its share.
 *
 * <p>Whoever waits spins for some 200 us, longer than the gap between two jobs of a pass, and then
 * parks: waking a helper costs the caller some 7 us, and it comes 20 us late. Beside busy tools that
 * takes nothing from them but what the system gives two threads that compute; yielding the core
 * instead gives them a sixth more and costs a quarter of the tokens, as whoever yields waits out
 * another's slice.
 *
 * @thread run by one thread at a time.
 */
public final class WorkerPool implements AutoCloseable {
  private static final long SPIN_NS = TimeUnit.MICROSECONDS.toNanos(200);

  /** Pauses between two looks at the clock. */
  private static final int SPINS = 64;

  private static final long PARK_NS = TimeUnit.SECONDS.toNanos(1);

  /** Longs from range to range: two cache lines. */
  private static final int PAD = 16;

  private static final int MOST_PIECES = 0xFFFF;
  private static final int ONE_PIECE = 1 << 16;

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
  private final AtomicLongArray ranges;
  private final AtomicInteger done = new AtomicInteger();
  private volatile int job;
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
    ranges = new AtomicLongArray((threads + 1) * PAD);
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
   * Returns where the range of a lane begins.
   *
   * @param lane from 0; the number of threads for the end of all.
   * @param count of pieces.
   * @return its first piece.
   */
  int begin(final int lane, final int count) {
    return count * lane / threads();
  }

  /**
   * Returns where the range of a piece ends.
   *
   * @param piece from 0.
   * @param count of pieces.
   * @return the piece behind its last.
   */
  int end(final int piece, final int count) {
    return begin(((piece + 1) * threads() - 1) / count + 1, count);
  }

  /**
   * Does all pieces of one job.
   *
   * @param count of pieces, at most 65,535.
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
    if (count > MOST_PIECES) {
      throw new IllegalArgumentException("too many pieces: count=" + count);
    }
    work = newWork;
    pieces = count;
    caller = Thread.currentThread();
    done.set(0);
    final int next = job + 1;
    for (int lane = 0; lane < threads(); lane++) {
      final long range = (long) begin(lane, count) << 16 | begin(lane + 1, count);
      ranges.set(place(lane), (long) next << 32 | range);
    }
    job = next;
    for (final Thread helper : helpers) {
      LockSupport.unpark(helper);
    }
    take(0);
    long since = 0;
    for (int spin = 0; done.get() < count; spin++) {
      since = pause(spin, since);
    }
    if (failure != null) {
      final Throwable cause = failure;
      failure = null;
      throw new IllegalStateException("a piece of the work failed: " + cause, cause);
    }
  }

  private static int place(final int lane) {
    return PAD / 2 + lane * PAD;
  }

  /** Takes pieces of the own range, then those of the others, until none is left. */
  private void take(final int lane) {
    for (int i = 0; i < threads(); i++) {
      takeFrom(lane, place((lane + i) % threads()));
    }
  }

  private void takeFrom(final int lane, final int place) {
    for (long now = ranges.get(place); first(now) < end(now); now = ranges.get(place)) {
      if (ranges.compareAndSet(place, now, now + ONE_PIECE)) {
        // What was set before the range belongs to its job, and no other begins before this piece
        // ends.
        final int count = pieces;
        final Thread waiting = caller;
        try {
          work.run(lane, first(now));
        } catch (RuntimeException | Error e) {
          failure = e;
        }
        if (done.incrementAndGet() == count && lane > 0) {
          LockSupport.unpark(waiting);
        }
      }
    }
  }

  private static int first(final long range) {
    return (int) (range >> 16) & 0xFFFF;
  }

  private static int end(final long range) {
    return (int) range & 0xFFFF;
  }

  private void help(final int lane) {
    int spin = 0;
    int seen = 0;
    long since = 0;
    while (!closed) {
      final int now = job;
      if (now != seen) {
        seen = now;
        take(lane);
        spin = 0;
      } else {
        since = pause(spin++, since);
      }
    }
  }

  /** Waits a moment; returns since when. */
  private long pause(final int spin, final long since) {
    if (spin == 0) {
      return System.nanoTime();
    }
    if (spin % SPINS == 0 && System.nanoTime() - since > SPIN_NS) {
      LockSupport.parkNanos(this, PARK_NS);
    } else {
      Thread.onSpinWait();
    }
    return since;
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
