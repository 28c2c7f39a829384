package dev.coppice.remote.replica;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Chooses the server for a request: where most of its path is, unless the queue there costs more than
 * that saves.
 *
 * @thread any.
 */
public final class Replicas implements AutoCloseable {
  private static final long FIRST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST_PAUSE_NS = TimeUnit.SECONDS.toNanos(5);

  /** A request counts for as much in a queue as its prompt and the tokens it is likely to sample. */
  private static final int LIKELY_TOKENS = 64;

  private final List<Replica> all;
  private final Probe probe;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile boolean closed;
  private volatile long losses;

  /** Tries whether a server answers. */
  @FunctionalInterface
  public interface Probe {
    /**
     * Asks a server for a token.
     *
     * @param replica to be tried.
     * @return whether it answered well.
     * @throws InterruptedException if interrupted.
     */
    boolean answers(Replica replica) throws InterruptedException;
  }

  /**
   * Gathers servers of one model.
   *
   * @param all of them, up.
   * @param probe that one which was lost must pass, beside being healthy.
   */
  public Replicas(final List<Replica> all, final Probe probe) {
    this.all = List.copyOf(all);
    this.probe = probe;
  }

  /**
   * Returns the servers.
   *
   * @return all of them.
   */
  public List<Replica> all() {
    return all;
  }

  /**
   * Chooses a server.
   *
   * @param path of the request.
   * @param mostTokens it may sample.
   * @return where it goes, or null if no server is up.
   */
  public Placement place(final int[] path, final int mostTokens) {
    Replica best = null;
    long least = Long.MAX_VALUE;
    int expected = 0;
    for (int i = 0; i < all.size(); i++) {
      final Replica replica = all.get(i);
      if (replica.isUp()) {
        final int there = replica.expected(path);
        final long cost = replica.queuedTokens() + path.length - there;
        if (cost < least) {
          best = replica;
          least = cost;
          expected = there;
        }
      }
    }
    if (best == null) {
      return null;
    }
    final long queued = (long) path.length - expected + Math.min(mostTokens, LIKELY_TOKENS);
    best.queue(queued);
    return new Placement(best, expected, queued);
  }

  /**
   * Waits for a server and chooses one.
   *
   * @param path of the request.
   * @param mostTokens it may sample.
   * @param deadlineNs of {@link System#nanoTime}.
   * @return where it goes, or null if no server was up in time.
   * @throws InterruptedException if interrupted.
   */
  public Placement await(final int[] path, final int mostTokens, final long deadlineNs)
      throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Placement placement = place(path, mostTokens);
      while (placement == null && !closed && deadlineNs - System.nanoTime() > 0) {
        if (changed.awaitNanos(Math.min(FIRST_PAUSE_NS, deadlineNs - System.nanoTime())) <= 0) {
          placement = place(path, mostTokens);
        }
      }
      return placement;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends a server nothing more until it is healthy and answers a probe; what it had cached is gone.
   *
   * @param replica that was lost.
   */
  public void markDown(final Replica replica) {
    lock.lock();
    try {
      if (!replica.isUp() || closed) {
        return;
      }
      replica.up(false);
      losses++;
    } finally {
      lock.unlock();
    }
    Thread.ofVirtual().name("coppice-revive").start(() -> revive(replica));
  }

  private void revive(final Replica replica) {
    long pauseNs = FIRST_PAUSE_NS;
    try {
      while (!closed) {
        if (replica.speech().control().isHealthy() && probe.answers(replica)) {
          break;
        }
        TimeUnit.NANOSECONDS.sleep(pauseNs);
        pauseNs = Math.min(LONGEST_PAUSE_NS, pauseNs * 2);
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    lock.lock();
    try {
      replica.forget();
      replica.up(true);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns how often a server was lost.
   *
   * @return the number since the start.
   */
  public long losses() {
    return losses;
  }

  /** Ends waiting and reviving. */
  @Override
  public void close() {
    closed = true;
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
