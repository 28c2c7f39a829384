package dev.coppice.bridge.flight;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Waits until a transport takes more.
 *
 * @thread one waits; the transport's threads wake it.
 */
final class StreamGate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ServerCallStreamObserver<?> listener;
  private volatile boolean cancelled;

  /** Listens to a transport; the action runs once if the call is cancelled. */
  StreamGate(final ServerCallStreamObserver<?> listener, final Runnable onCancel) {
    this.listener = listener;
    listener.setOnReadyHandler(this::wake);
    listener.setOnCancelHandler(
        () -> {
          cancelled = true;
          onCancel.run();
          wake();
        });
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isCancelled() {
    return cancelled || listener.isCancelled();
  }

  /** Waits until the transport takes more; false if time ran out or the call was cancelled. */
  boolean awaitReady(final long timeoutNs) throws InterruptedException {
    final long deadlineNs = System.nanoTime() + timeoutNs;
    lock.lock();
    try {
      while (!isCancelled() && !listener.isReady()) {
        final long leftNs = deadlineNs - System.nanoTime();
        if (leftNs <= 0) {
          return false;
        }
        changed.await(leftNs, TimeUnit.NANOSECONDS);
      }
      return !isCancelled();
    } finally {
      lock.unlock();
    }
  }
}
