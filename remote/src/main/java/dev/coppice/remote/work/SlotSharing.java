package dev.coppice.remote.work;

import dev.coppice.remote.control.LlamaControl;
import dev.coppice.remote.replica.Leaders;
import dev.coppice.remote.replica.Replica;
import dev.coppice.remote.replica.SlotTable;
import java.io.IOException;

/**
 * Shares a path on a llama-server, whose slots share nothing: one request computes it, its slot is saved,
 * and the others restore it into theirs.
 *
 * <p>Where a path will be asked for again it is computed with one token, which the draw keeps; a server
 * cannot be asked for none. Without a folder for slots every draw computes its path itself, and is counted
 * so.
 */
final class SlotSharing implements PathSharing {
  private final SegmentSender sender;
  private final boolean mayCopy;

  SlotSharing(final SegmentSender sender, final boolean mayCopy) {
    this.sender = sender;
    this.mayCopy = mayCopy;
  }

  @Override
  public Verdict run(final DrawTask task, final Replica replica)
      throws IOException, InterruptedException {
    final int[] path = task.path();
    while (mayCopy && task.isShared()) {
      final int saved = replica.slots().savedMatch(path);
      if (saved == path.length) {
        break;
      }
      final Leaders.Leader leader = replica.leaders().join(path, saved);
      if (leader.path() == path) {
        try {
          return inSlot(task, replica, leader);
        } finally {
          replica.leaders().end(leader);
        }
      }
      if (!WaitingSharing.await(leader, task.deadlineNs())) {
        break;
      }
    }
    return inSlot(task, replica, null);
  }

  /** Computes in one slot; a leader's path is saved before the draw goes on. */
  private Verdict inSlot(final DrawTask task, final Replica replica, final Leaders.Leader leader)
      throws IOException, InterruptedException {
    final SlotTable slots = replica.slots();
    final SlotTable.Lease lease = slots.acquire(task.path(), task.left(), task.deadlineNs());
    if (lease == null) {
      return new Verdict(Verdict.Kind.BUSY, "no slot was free in time");
    }
    int[] content = {};
    try {
      restore(replica, lease);
      Verdict verdict = Verdict.WHOLE;
      if (leader != null) {
        verdict = send(task, replica, lease, 1);
        if (verdict.kind() == Verdict.Kind.DONE) {
          save(replica, lease, leader.path());
          replica.leaders().end(leader);
        }
      }
      if (verdict.kind() == Verdict.Kind.DONE && !task.isComplete()) {
        verdict = send(task, replica, lease, task.left());
      }
      // The last token was sampled and not computed.
      content = verdict.kind() == Verdict.Kind.DONE ? task.computedPath() : content;
      return verdict;
    } finally {
      slots.release(lease, content);
    }
  }

  private Verdict send(
      final DrawTask task, final Replica replica, final SlotTable.Lease lease, final int most)
      throws IOException, InterruptedException {
    return sender.send(task, replica, new SegmentSender.Part(most, lease.slot(), () -> {}));
  }

  private static void restore(final Replica replica, final SlotTable.Lease lease)
      throws InterruptedException {
    if (lease.file() == null) {
      return;
    }
    boolean isGood = false;
    try {
      ((LlamaControl) replica.speech().control()).slot(lease.slot(), false, lease.file());
      isGood = true;
    } catch (final IOException e) {
      isGood = false; // The path is computed instead, and its answer says so.
    } finally {
      replica.slots().restored(lease, isGood);
    }
  }

  private static void save(final Replica replica, final SlotTable.Lease lease, final int[] path)
      throws InterruptedException {
    final String file = replica.slots().fileFor(path);
    if (file == null) {
      return;
    }
    try {
      ((LlamaControl) replica.speech().control()).slot(lease.slot(), true, file);
      replica.slots().saved(file, path);
    } catch (final IOException e) {
      return; // Nobody finds it: every draw computes its path, and is counted so.
    }
  }
}
