package dev.coppice.worlds.pyenv;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends waits that take too long, at most {@value #PAUSE_MS} ms late.
 *
 * <p>A timer for each wait would wake a thread for each: that costs more than a call of a tool takes. Here
 * one thread looks at all waits there are, and sleeps while there is nobody to look at.
 *
 * @thread any; one of its own.
 */
final class Deadlines {
  /** What may wait. */
  interface Waiter {
    /** Returns when the present wait ends, as {@link System#nanoTime}, or {@link #IDLE}. */
    long dueNs();

    /** Ends the present wait. */
    void late();
  }

  /** Stands for no wait. */
  static final long IDLE = Long.MIN_VALUE;

  private static final long PAUSE_MS = 10;
  private static final Deadlines ALL = new Deadlines();

  private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();
  private final Thread thread =
      Thread.ofPlatform().name("python-deadlines").daemon().start(this::run);

  private Deadlines() {}

  static void watch(final Waiter waiter) {
    if (ALL.waiters.isEmpty()) {
      ALL.waiters.add(waiter);
      LockSupport.unpark(ALL.thread);
    } else {
      ALL.waiters.add(waiter);
    }
  }

  static void forget(final Waiter waiter) {
    ALL.waiters.remove(waiter);
  }

  private void run() {
    while (true) {
      if (waiters.isEmpty()) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, PAUSE_MS * 1_000_000);
      }
      final long nowNs = System.nanoTime();
      for (final Waiter waiter : waiters) {
        final long dueNs = waiter.dueNs();
        if (dueNs != IDLE && nowNs - dueNs > 0) {
          waiter.late();
        }
      }
    }
  }
}
