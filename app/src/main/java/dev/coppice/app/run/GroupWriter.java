package dev.coppice.app.run;

import dev.coppice.app.advantage.CreditInOrder;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.app.folder.StoredTree;
import dev.coppice.app.folder.TraceLines;
import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.bridge.trace.Trace;
import dev.coppice.bridge.trace.TraceFile;
import dev.coppice.engine.GroupListener;
import dev.coppice.rollout.GroupResult;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

/**
 * Keeps finished groups on a thread of its own.
 *
 * <p>Takes groups from a bounded queue, gives them their credit and appends their lines. What waits
 * together is written and forced together, so a slow disk makes larger writes, not a longer queue.
 * A group is kept once its write has returned; a kill loses no kept group and never leaves half of
 * one behind that a reader would take for whole.
 *
 * @thread {@link #onGroup} from the engine thread, {@link #finish} from the caller's.
 */
final class GroupWriter implements GroupListener {
  private static final int QUEUED_GROUPS = 256;
  private static final int WRITTEN_TOGETHER = 64;
  private static final long LOOK_NS = 2_000_000;

  private final String arm;
  private final TraceFile file;
  private final CreditInOrder credit;
  private final UnaryOperator<GroupResult> rewards;
  private final SegmentSink sink;
  private final RunProgress progress;
  // The writer looks for itself: waking it would cost the engine thread a system call a group.
  private final OneToOneConcurrentArrayQueue<GroupResult> queue =
      new OneToOneConcurrentArrayQueue<>(QUEUED_GROUPS);
  private final SessionSums sums = new SessionSums();
  private final Thread thread;
  private int done;
  private long doneTokens;
  private double rewardSum;
  private long rewardCount;
  private volatile boolean ending;
  private volatile RuntimeException failure;

  GroupWriter(
      final String arm,
      final TraceFile file,
      final CreditInOrder credit,
      final UnaryOperator<GroupResult> rewards,
      final SegmentSink sink,
      final RunProgress progress) {
    this.arm = arm;
    this.file = file;
    this.credit = credit;
    this.rewards = rewards;
    this.sink = sink;
    this.progress = progress;
    this.thread = Thread.ofPlatform().name("coppice-writer").unstarted(this::run);
  }

  /** Starts the thread, continuing from what an earlier session kept. */
  void start(final int groupsBefore, final long tokensBefore) {
    done = groupsBefore;
    doneTokens = tokensBefore;
    thread.start();
  }

  @Override
  public void onGroup(final GroupResult result) {
    while (!queue.offer(result)) {
      if (failure != null) {
        throw failure;
      }
      LockSupport.parkNanos(LOOK_NS);
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void run() {
    final List<GroupResult> batch = new ArrayList<>();
    try {
      while (!ending || !queue.isEmpty()) {
        if (queue.drainTo(batch, WRITTEN_TOGETHER) == 0) {
          LockSupport.parkNanos(LOOK_NS);
        } else {
          keep(batch);
          batch.clear();
        }
      }
      sink.flush();
    } catch (final Throwable e) {
      // An error too: whoever waits for this thread must learn that it ended.
      failure =
          e instanceof RuntimeException failed
              ? failed
              : new IllegalStateException(Thread.currentThread().getName() + " ended: " + e, e);
    }
  }

  private void keep(final List<GroupResult> batch) {
    final List<byte[]> lines = new ArrayList<>();
    final List<StoredGroup> groups = new ArrayList<>();
    final List<GroupResult> ready = new ArrayList<>();
    batch.forEach(result -> credit.take(rewards.apply(result), ready::add));
    for (final GroupResult result : ready) {
      if (result.group().trees().isEmpty()) {
        sums.addDropped();
        done++;
        continue;
      }
      final StoredGroup stored = new StoredGroup(result.request().index(), stored(result), 0);
      stored.trees().forEach(tree -> lines.add(TraceLines.line(tree)));
      groups.add(stored);
    }
    file.append(lines);
    for (final StoredGroup stored : groups) {
      sink.add(stored);
      sums.addGroup();
      stored.trees().forEach(this::count);
      done++;
      progress.onGroup(done, doneTokens, rewardCount == 0 ? Double.NaN : rewardSum / rewardCount);
    }
  }

  private List<StoredTree> stored(final GroupResult result) {
    final TrajectoryGroup group = result.group();
    final List<List<CreditBlock>> blocks = credit.score(result);
    final List<StoredTree> stored = new ArrayList<>();
    for (int i = 0; i < group.trees().size(); i++) {
      final Trace trace = new Trace(group.trees().get(i), blocks.get(i)).in(group);
      stored.add(new StoredTree(arm, group.trees().size(), trace, result.ledgers().get(i)));
    }
    return stored;
  }

  private void count(final StoredTree stored) {
    final TrajectoryTree tree = stored.trace().tree();
    sums.add(tree, stored.ledger());
    doneTokens += stored.ledger().computedTokens();
    boolean scored = false;
    for (final Leaf leaf : tree.leaves()) {
      if (leaf.isScored()) {
        rewardSum += leaf.reward() * tree.pathWeight(leaf.node()) * tree.draws();
        scored = true;
      }
    }
    rewardCount += scored ? tree.draws() : 0;
  }

  /** Waits until everything taken is kept, and tells what went wrong if anything did. */
  SessionSums finish() throws InterruptedException {
    ending = true;
    thread.join();
    if (failure != null) {
      throw failure;
    }
    return sums;
  }

  /** Waits until everything taken is kept, whatever went wrong elsewhere. */
  void end() {
    ending = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (final InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns what went wrong, or null. */
  RuntimeException failure() {
    return failure;
  }
}
