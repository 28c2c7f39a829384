package dev.coppice.remote.work;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Holds requests back while servers go over to other weights, so that every answer is of one version.
 *
 * @thread {@link #passes} the engine thread, the others any.
 */
final class SendGate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private boolean held;
  private boolean isIdle;

  /** Tells how much is under way, and whether more may be sent. */
  boolean passes(final int underWay) {
    lock.lock();
    try {
      if (held && underWay == 0) {
        isIdle = true;
        idle.signalAll();
      }
      return !held;
    } finally {
      lock.unlock();
    }
  }

  /** Holds new requests and waits until none is under way; false if some still are at the end. */
  boolean hold(final long withinNs) throws InterruptedException {
    lock.lock();
    try {
      held = true;
      isIdle = false;
      long leftNs = withinNs;
      while (!isIdle && leftNs > 0) {
        leftNs = idle.awaitNanos(leftNs);
      }
      return isIdle;
    } finally {
      lock.unlock();
    }
  }

  void open() {
    lock.lock();
    try {
      held = false;
    } finally {
      lock.unlock();
    }
  }
}
