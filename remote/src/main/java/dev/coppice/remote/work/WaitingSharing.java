package dev.coppice.remote.work;

import dev.coppice.remote.replica.Leaders;
import dev.coppice.remote.replica.Replica;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lets one request compute a path before others that begin alike are sent: SGLang shares what has
 * been computed, and computes what arrives together as often as it arrives.
 */
final class WaitingSharing implements PathSharing {
  private final SegmentSender sender;

  WaitingSharing(final SegmentSender sender) {
    this.sender = sender;
  }

  @Override
  public Verdict run(final DrawTask task, final Replica replica)
      throws IOException, InterruptedException {
    final Leaders.Leader leader = lead(task, replica);
    if (leader == null) {
      return sender.send(task, replica, new SegmentSender.Part(task.left(), -1, () -> {}));
    }
    final int[] path = leader.path();
    final Runnable primed =
        () -> {
          replica.computed(path, path.length);
          replica.leaders().end(leader);
        };
    try {
      return sender.send(task, replica, new SegmentSender.Part(task.left(), -1, primed));
    } finally {
      replica.leaders().end(leader);
    }
  }

  /** Waits for whoever computes the beginning of the path; null if the deadline passes meanwhile. */
  private static Leaders.Leader lead(final DrawTask task, final Replica replica)
      throws InterruptedException {
    final int[] path = task.path();
    while (true) {
      final Leaders.Leader leader = replica.leaders().join(path, replica.expected(path) + 1);
      if (leader.path() == path) {
        return leader;
      }
      if (!await(leader, task.deadlineNs())) {
        return null;
      }
    }
  }

  /** Waits until a path is there, or will not be; false if the deadline passes meanwhile. */
  static boolean await(final Leaders.Leader leader, final long deadlineNs)
      throws InterruptedException {
    final long leftNs = deadlineNs - System.nanoTime();
    try {
      leader.primed().get(Math.max(0, leftNs), TimeUnit.NANOSECONDS);
      return true;
    } catch (final TimeoutException e) {
      return false;
    } catch (final ExecutionException e) {
      throw new IllegalStateException("a lead ends without a failure", e);
    }
  }
}
