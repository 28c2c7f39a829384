package dev.coppice.app.serve;

import dev.coppice.app.advantage.CreditInOrder;
import dev.coppice.bridge.disk.DiskFullException;
import dev.coppice.bridge.outbox.Outbox;
import dev.coppice.bridge.outbox.SealedGroup;
import dev.coppice.bridge.segment.ArrowSegmentWriter;
import dev.coppice.bridge.segment.SegmentSeal;
import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.engine.GroupListener;
import dev.coppice.rollout.GroupResult;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

/**
 * Gives finished groups their credit and makes them durable, some together.
 *
 * <p>A full disk holds groups in memory, which is bounded by what may be issued, until there is room
 * again. A group that no trainer can learn from is dropped, one that cannot be packed is
 * quarantined.
 *
 * @thread {@link #onGroup} from the engine thread, {@link #learn} from any, the rest from the caller's.
 */
final class GroupSealer implements GroupListener {
  private static final int QUEUED_GROUPS = 256;
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long FULL_LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int TOKEN_BYTES = 13;
  private static final long MIB = 1024 * 1024;

  /** Says when groups are sealed. */
  record Limits(int groups, long waitNs, long bytes) {}

  private final Outbox outbox;
  private final ArrowSegmentWriter writer;
  private final CreditInOrder credit;
  private final Limits limits;
  private final Consumer<String> log;
  private final OneToOneConcurrentArrayQueue<GroupResult> queue =
      new OneToOneConcurrentArrayQueue<>(QUEUED_GROUPS);
  private final Queue<Lesson> lessons = new ConcurrentLinkedQueue<>();
  private final List<CreditedGroup> pending = new ArrayList<>();
  private final Thread thread;
  private long pendingBytes;
  private long pendingSinceNs;
  private volatile boolean ending;
  private volatile boolean full;
  private volatile RuntimeException failure;

  GroupSealer(
      final Outbox outbox,
      final ArrowSegmentWriter writer,
      final CreditInOrder credit,
      final Limits limits,
      final Consumer<String> log) {
    this.outbox = outbox;
    this.writer = writer;
    this.credit = credit;
    this.limits = limits;
    this.log = log;
    this.thread = Thread.ofPlatform().name("coppice-sealer").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Keeps what groups taught before they are sealed; called before the start. */
  void keepIn(final LessonBook book) {
    credit.keepIn(
        (result, told) -> whenRoom(() -> book.add(List.of(Lesson.of(result, told)))));
  }

  /** Takes what a group taught that ended on another engine. */
  void learn(final Lesson lesson) {
    lessons.add(lesson);
  }

  @Override
  public void onGroup(final GroupResult result) {
    while (!queue.offer(result)) {
      if (failure != null || ending) {
        return; // The group was not sealed, so the next process grows it again.
      }
      LockSupport.parkNanos(LOOK_NS);
    }
  }

  private void run() {
    try {
      while (!ending || !queue.isEmpty()) {
        final Lesson lesson = lessons.poll();
        final GroupResult result = lesson == null ? queue.poll() : null;
        if (lesson != null) {
          credit.learn(lesson.group(), lesson.told(), this::take);
        } else if (result != null) {
          credit.take(result, this::take);
        } else if (isDue()) {
          seal();
        } else {
          LockSupport.parkNanos(LOOK_NS);
        }
      }
      seal();
    } catch (final Stopped e) {
      return; // The disk stayed full; what was not sealed will be grown again.
    } catch (final Throwable e) {
      // An error too: whoever waits for this thread must learn that it ended.
      failure =
          e instanceof RuntimeException failed
              ? failed
              : new IllegalStateException(Thread.currentThread().getName() + " ended: " + e, e);
    }
  }

  private boolean isDue() {
    return !pending.isEmpty() && System.nanoTime() - pendingSinceNs >= limits.waitNs();
  }

  private void take(final GroupResult result) {
    final long number = result.request().index();
    final TrajectoryGroup group = result.group();
    if (group.trees().isEmpty()) {
      whenRoom(() -> outbox.drop(List.of(number), "no-tree"));
      return;
    }
    if (group.trees().stream().flatMap(tree -> tree.leaves().stream()).noneMatch(Leaf::isScored)) {
      whenRoom(() -> outbox.drop(List.of(number), "unscored"));
      return;
    }
    if (!group.sizing().kept()) {
      whenRoom(() -> outbox.drop(List.of(number), "unmixed"));
      return;
    }
    final CreditedGroup credited;
    try {
      credited = new CreditedGroup(number, group, first(credit.score(result)));
    } catch (final IllegalArgumentException e) {
      unpackable(number, e);
      return;
    }
    final long bytes = bytes(group);
    if (bytes > limits.bytes()) {
      log.accept(
          "group "
              + number
              + " is quarantined as too-large: it takes about "
              + (bytes + MIB - 1) / MIB
              + " MiB, more than bridge.max-message-mib = "
              + limits.bytes() / MIB
              + "; raise that, or take fewer or shorter trees a group");
      whenRoom(() -> outbox.quarantine(List.of(number), "too-large"));
      return;
    }
    if (pendingBytes + bytes > limits.bytes()) {
      seal();
    }
    if (pending.isEmpty()) {
      pendingSinceNs = System.nanoTime();
    }
    pending.add(credited);
    pendingBytes += bytes;
    if (pending.size() >= limits.groups()) {
      seal();
    }
  }

  private static long bytes(final TrajectoryGroup group) {
    long tokens = 0;
    for (final TrajectoryTree tree : group.trees()) {
      for (final TrajectoryNode node : tree.nodes()) {
        tokens += node.length();
      }
    }
    return tokens * TOKEN_BYTES;
  }

  /** Takes the blocks of the first estimator. */
  private static List<CreditBlock> first(final List<List<CreditBlock>> blocks) {
    final List<CreditBlock> first = new ArrayList<>();
    for (final List<CreditBlock> tree : blocks) {
      if (!tree.isEmpty()) {
        first.add(tree.getFirst());
      }
    }
    return first;
  }

  private void seal() {
    if (pending.isEmpty()) {
      return;
    }
    final List<CreditedGroup> groups = List.copyOf(pending);
    pending.clear();
    pendingBytes = 0;
    try {
      seal(groups);
    } catch (final IllegalArgumentException e) {
      // One of them does not fit the format; the others must not suffer.
      groups.forEach(this::sealAlone);
    }
  }

  private void sealAlone(final CreditedGroup group) {
    try {
      seal(List.of(group));
    } catch (final IllegalArgumentException e) {
      unpackable(group.number(), e);
    }
  }

  private void unpackable(final long group, final IllegalArgumentException reason) {
    log.accept("group " + group + " is quarantined as unpackable: " + reason.getMessage());
    whenRoom(() -> outbox.quarantine(List.of(group), "unpackable"));
  }

  private void seal(final List<CreditedGroup> groups) {
    final SegmentSeal[] written = new SegmentSeal[1];
    whenRoom(() -> written[0] = writer.writeTogether(groups));
    final List<SealedGroup> notes = groups.stream().map(GroupSealer::note).toList();
    whenRoom(() -> outbox.seal(written[0], notes));
  }

  private static SealedGroup note(final CreditedGroup group) {
    int oldest = Integer.MAX_VALUE;
    for (final TrajectoryTree tree : group.group().trees()) {
      for (final TrajectoryNode node : tree.nodes()) {
        if (node.kind().isSampled() && node.length() > 0) {
          oldest = Math.min(oldest, node.policyVersion());
        }
      }
    }
    return new SealedGroup(group.number(), oldest);
  }

  /** Does something as soon as the disk has room for it. */
  private void whenRoom(final Runnable step) {
    while (true) {
      try {
        step.run();
        full = false;
        return;
      } catch (final DiskFullException e) {
        full = true;
        if (ending) {
          throw new Stopped();
        }
        LockSupport.parkNanos(FULL_LOOK_NS);
      }
    }
  }

  /** Returns whether groups wait in memory for room on the disk. */
  boolean isFull() {
    return full;
  }

  /** Returns what went wrong, or null. */
  RuntimeException failure() {
    return failure;
  }

  /** Seals what is finished, if the disk takes it. */
  void end() throws InterruptedException {
    ending = true;
    thread.join();
  }

  /** Leaves the thread. */
  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
