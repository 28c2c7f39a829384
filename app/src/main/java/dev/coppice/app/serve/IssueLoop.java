package dev.coppice.app.serve;

import dev.coppice.bridge.disk.DiskFullException;
import dev.coppice.bridge.outbox.IssuedGroup;
import dev.coppice.bridge.outbox.Outbox;
import dev.coppice.bridge.wire.GroupNumbers;
import dev.coppice.engine.RolloutEngine;
import dev.coppice.rollout.GroupRequest;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Gives the engine the groups that may be issued; those an earlier process had issued come first.
 *
 * @thread its own.
 */
final class IssueLoop {
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long PAUSED_LOOK_NS = TimeUnit.MILLISECONDS.toNanos(2);

  private final Outbox outbox;
  private final RolloutEngine engine;
  private final int firstTask;
  private final BooleanSupplier issuing;
  private final Thread thread;
  private volatile boolean ending;
  private volatile RuntimeException failure;

  /** Makes a loop that issues while the last parameter says so. */
  IssueLoop(
      final Outbox outbox,
      final RolloutEngine engine,
      final int firstTask,
      final BooleanSupplier issuing) {
    this.outbox = outbox;
    this.engine = engine;
    this.firstTask = firstTask;
    this.issuing = issuing;
    this.thread = Thread.ofPlatform().name("coppice-issue").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      for (final IssuedGroup group : outbox.inFlight()) {
        offer(group);
      }
      while (!ending) {
        if (!issuing.getAsBoolean()) {
          LockSupport.parkNanos(PAUSED_LOOK_NS);
          continue;
        }
        final IssuedGroup group = issue();
        if (group != null) {
          offer(group);
        }
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (final Throwable e) {
      // An error too: whoever waits for this thread must learn that it ended.
      failure =
          e instanceof RuntimeException failed
              ? failed
              : new IllegalStateException(Thread.currentThread().getName() + " ended: " + e, e);
    }
  }

  /** Returns a group that may be grown, or null if there is none or no room to note it. */
  private IssuedGroup issue() throws InterruptedException {
    try {
      return outbox.issue(LOOK_NS);
    } catch (final DiskFullException e) {
      LockSupport.parkNanos(LOOK_NS); // Nothing was issued; the group waits until there is room.
      return null;
    }
  }

  private void offer(final IssuedGroup group) throws InterruptedException {
    final GroupRequest request =
        new GroupRequest(
            GroupNumbers.id(group.group()),
            Math.toIntExact(group.group()),
            firstTask + group.task());
    while (!ending && !engine.offer(request)) {
      engine.awaitRoom(LOOK_NS);
    }
  }

  /** Returns what went wrong, or null. */
  RuntimeException failure() {
    return failure;
  }

  /** Stops issuing. */
  void end() throws InterruptedException {
    ending = true;
    thread.join();
  }
}
