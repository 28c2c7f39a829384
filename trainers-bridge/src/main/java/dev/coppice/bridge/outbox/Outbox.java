package dev.coppice.bridge.outbox;

import dev.coppice.bridge.disk.Disk;
import dev.coppice.bridge.segment.SegmentSeal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Takes groups from request to acknowledgement so that none is lost and none is delivered twice.
 *
 * <p>Every step is a record in the journal before anything depends on it: what a trainer is told is
 * forced to the disk first, what the engine or a stream is given has at least reached the kernel. After
 * a kill unfinished groups are grown again, sealed ones offered, acknowledged ones stay so.
 *
 * <p>Backpressure counts groups: one is issued while {@code issued - consumed} stays within {@link
 * OutboxLimits#ahead()}, where consumed groups are those acknowledged, dropped or quarantined. Too old
 * a group is dropped as {@link #STALE} when it would be offered.
 *
 * @thread any.
 * @cost one fsync per submission, sealed segment, acknowledgement or end; one write per offer.
 */
public final class Outbox implements AutoCloseable {
  /** The reason of groups whose oldest token lies too many versions behind. */
  public static final String STALE = "stale";

  /** The most groups of one request. */
  public static final int MAX_REQUEST_GROUPS = 1_000_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final OutboxState state = new OutboxState();
  private final OutboxLimits limits;
  private final OutboxStream.Trainers trainers;
  private final OutboxJournal journal;
  private final Map<Long, OutboxStream> holders = new HashMap<>();
  private boolean closed;

  private Outbox(final Disk disk, final Path path, final OutboxLimits limits) {
    this.limits = limits;
    this.trainers = new OutboxStream.Trainers(limits);
    this.journal = OutboxJournal.open(disk, path, state::apply);
    state.counts();
  }

  /**
   * Opens an outbox, creating its journal where there is none.
   *
   * @param journal the path of {@code bridge.log}.
   * @param limits of groups on their way.
   * @return the outbox as an earlier process left it.
   * @throws dev.coppice.bridge.journal.JournalFormatException if the journal is damaged.
   * @throws dev.coppice.bridge.disk.StorageException if the disk is full or broken.
   */
  public static Outbox open(final Path journal, final OutboxLimits limits) {
    return open(Disk.LOCAL, journal, limits);
  }

  /**
   * Opens an outbox on a given disk; see {@link #open(Path, OutboxLimits)}.
   *
   * @param disk that holds the journal.
   * @param journal the path of the file.
   * @param limits of groups on their way.
   * @return the outbox as an earlier process left it.
   */
  public static Outbox open(final Disk disk, final Path journal, final OutboxLimits limits) {
    return new Outbox(disk, journal, limits);
  }

  /**
   * Queues groups for the tasks of a request; the same request again gives the same groups.
   *
   * @param request a text that names the request.
   * @param tasks one per group.
   * @return the groups, durable.
   */
  public Submission submit(final String request, final List<Integer> tasks) {
    return submit(Submission.Request.of(request, Submission.Request.NEXT, tasks));
  }

  /**
   * Queues groups that somebody else numbered, as a fleet of engines does.
   *
   * @param request a text that names the request.
   * @param first the number of the first group; the others follow in a row.
   * @param tasks the places of their tasks.
   * @return the groups, durable.
   * @throws IllegalArgumentException if one of the numbers is that of a group that has not ended.
   */
  public Submission submitAs(final String request, final long first, final List<Integer> tasks) {
    return submit(Submission.Request.of(request, first, tasks));
  }

  /**
   * Queues groups for the next tasks, round and round.
   *
   * @param request a text that names the request.
   * @param count of groups.
   * @param taskCount of the set the tasks are taken from.
   * @return the groups, durable.
   */
  public Submission submitNext(final String request, final int count, final int taskCount) {
    return submit(Submission.Request.ofNext(request, count, taskCount));
  }

  private Submission submit(final Submission.Request request) {
    lock.lock();
    try {
      final OutboxRecord.Remembered known = state.request(request.name());
      if (known != null) {
        journal.force();
        return new Submission(known.first(), known.count(), true);
      }
      final OutboxRecord.Submitted submitted = request.numbered(state);
      record(submitted);
      journal.force();
      return new Submission(submitted.first(), request.count(), false);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns those of some groups that have not ended.
   *
   * @param groups numbers, known here or not.
   * @return the ones that are queued, in flight, sealed or offered.
   */
  public List<Long> openAmong(final List<Long> groups) {
    lock.lock();
    try {
      return groups.stream().filter(group -> state.open(group) != null).toList();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Finds those of some groups that are sealed and have not ended.
   *
   * @param groups numbers, known here or not.
   * @return them by segment; nothing is noted.
   */
  public Map<SegmentSeal, List<SealedGroup>> sealedAmong(final Collection<Long> groups) {
    return locked(() -> state.sealedAmong(groups));
  }

  /**
   * Returns the tasks of groups that were submitted together.
   *
   * @param submission of the groups.
   * @return the places of their tasks in order; null for a group that has ended.
   */
  public List<Integer> tasks(final Submission submission) {
    return locked(() -> state.tasks(submission.first(), submission.count()));
  }

  /**
   * Lists the groups that were issued and not sealed; after a restart they must be grown again.
   *
   * @return the groups in order.
   */
  public List<IssuedGroup> inFlight() {
    return locked(
        () ->
            state.inFlight().stream().map(group -> new IssuedGroup(group.id, group.task)).toList());
  }

  /**
   * Waits until a group may be issued, and issues it.
   *
   * @param timeoutNs to wait at most, in nanoseconds.
   * @return the next group queued, or null if time ran out or the outbox was closed.
   * @throws InterruptedException if interrupted.
   */
  public IssuedGroup issue(final long timeoutNs) throws InterruptedException {
    final long deadlineNs = System.nanoTime() + timeoutNs;
    lock.lockInterruptibly();
    try {
      while (!closed && (state.queued().isEmpty() || room() <= 0)) {
        if (changed.awaitNanos(deadlineNs - System.nanoTime()) <= 0) {
          return null;
        }
      }
      if (closed) {
        return null;
      }
      final OutboxState.Group next = state.queued().iterator().next();
      record(new OutboxRecord.Issued(List.of(next.id)));
      journal.flushLater();
      return new IssuedGroup(next.id, next.task);
    } finally {
      lock.unlock();
    }
  }

  private long room() {
    return trainers.ahead() - (state.issued() - state.consumed());
  }

  private <T> T locked(final Supplier<T> body) {
    lock.lock();
    try {
      return body.get();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Counts the groups that may be issued now.
   *
   * @return {@code (staleness + 1) x batch - (issued - consumed) - held}, at least 0.
   */
  public long mayIssue() {
    return locked(() -> Math.max(0, room()));
  }

  /**
   * Notes that a segment is durable; its groups may be offered once this note is.
   *
   * @param segment that was written.
   * @param groups in it, in their order.
   */
  public void seal(final SegmentSeal segment, final List<SealedGroup> groups) {
    end(new OutboxRecord.Sealed(segment, groups));
  }

  /**
   * Ends groups that will not be delivered.
   *
   * @param groups that were issued and are open.
   * @param reason a short name that the counts show.
   */
  public void drop(final List<Long> groups, final String reason) {
    end(new OutboxRecord.Dropped(reason, groups));
  }

  /**
   * Ends groups that must not be delivered.
   *
   * @param groups that were issued and are open.
   * @param reason a short name that the counts show.
   */
  public void quarantine(final List<Long> groups, final String reason) {
    end(new OutboxRecord.Quarantined(reason, groups));
  }

  /**
   * Ends the groups of a segment that have not ended.
   *
   * @param segment that cannot be trusted.
   * @param reason a short name that the counts show.
   * @return the groups that were quarantined.
   */
  public List<Long> quarantine(final SegmentSeal segment, final String reason) {
    return locked(
        () -> {
          final List<Long> groups = state.openGroups(segment.name());
          if (!groups.isEmpty()) {
            end(new OutboxRecord.Quarantined(reason, groups));
          }
          return groups;
        });
  }

  private void end(final OutboxRecord record) {
    locked(
        () -> {
          record(record);
          if (journal.forceLater()) {
            journal.compact(state);
          }
          return null;
        });
  }

  /**
   * Returns whether steps wait for room on the disk; tries once more to write them.
   *
   * @return true if the disk is still full.
   */
  public boolean isBehind() {
    return locked(() -> journal.isBehind() && !journal.forceLater());
  }

  /** Applies a record that the journal holds, unless earlier ones still wait for room. */
  private void record(final OutboxRecord record) {
    if (closed) {
      throw new IllegalStateException("the outbox is closed");
    }
    journal.flush();
    journal.append(record);
    state.apply(record);
    changed.signalAll();
  }

  /**
   * Opens a stream.
   *
   * @param taker of the groups.
   * @return the stream; the caller closes it.
   * @throws IllegalStateException if another trainer takes groups already.
   */
  public OutboxStream stream(final OutboxStream.Taker taker) {
    return locked(
        () -> {
          changed.signalAll();
          return trainers.opened(new OutboxStream(this, taker));
        });
  }

  /** Issues again what was held back for weights: the trainer asks for groups without them. */
  public void goOn() {
    lock.lock();
    trainers.goesOn();
    changed.signalAll();
    lock.unlock();
  }

  /** Waits for groups and notes that they are offered. */
  Offer take(final OutboxStream stream, final int most, final long timeoutNs)
      throws InterruptedException {
    final long deadlineNs = System.nanoTime() + timeoutNs;
    lock.lockInterruptibly();
    try {
      while (!closed && !stream.isClosed()) {
        dropStale();
        final List<OutboxState.Group> groups = next(stream, most);
        if (!groups.isEmpty()) {
          return offer(stream, groups);
        }
        if (changed.awaitNanos(deadlineNs - System.nanoTime()) <= 0) {
          return null;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private Offer offer(final OutboxStream stream, final List<OutboxState.Group> groups) {
    final List<Long> ids = groups.stream().map(group -> group.id).toList();
    if (journal.isBehind()) {
      journal.force();
    }
    record(new OutboxRecord.Offered(ids));
    journal.flush();
    ids.forEach(id -> holders.put(id, stream));
    final OutboxState.Segment segment = groups.getFirst().segment;
    return new Offer(segment.seal, ids, ids.size() == segment.groups.size());
  }

  /** Ends what no stream may get any more; a group that a live stream holds was in time. */
  private void dropStale() {
    final int version = state.weights() == null ? 0 : state.weights().version();
    final int oldest = version - limits.staleness();
    final List<Long> stale = state.olderThan(oldest, holders.keySet());
    if (!stale.isEmpty()) {
      record(new OutboxRecord.Dropped(STALE, stale));
      journal.forceLater();
    }
  }

  /** Finds the first groups of one segment that the stream may take. */
  private List<OutboxState.Group> next(final OutboxStream stream, final int most) {
    final List<OutboxState.Group> again =
        stream.redeliver()
            ? OutboxState.firstSegment(
                state.offered(), most, group -> !holders.containsKey(group) && stream.takes(group))
            : List.of();
    return again.isEmpty() ? OutboxState.firstSegment(state.sealed(), most, stream::takes) : again;
  }

  /** Gives the groups of a stream back. */
  boolean release(final OutboxStream stream) {
    return locked(
        () -> {
          stream.markClosed();
          trainers.closed(stream);
          changed.signalAll();
          return holders.values().removeIf(holder -> holder == stream);
        });
  }

  /**
   * Takes an acknowledgement; the same one again changes nothing.
   *
   * @param groups a trainer has for good.
   * @return what was new, durable.
   */
  public AckOutcome acknowledge(final Collection<Long> groups) {
    return locked(() -> acknowledged(new HashSet<>(groups)));
  }

  private AckOutcome acknowledged(final Set<Long> groups) {
    final List<Long> fresh = new ArrayList<>();
    final List<Long> unknown = new ArrayList<>();
    int already = 0;
    for (final long group : groups) {
      final OutboxState.Group open = state.open(group);
      if (open != null && open.segment != null) {
        fresh.add(group);
      } else if (state.hasEnded(group)) {
        already++;
      } else {
        unknown.add(group);
      }
    }
    fresh.sort(null);
    unknown.sort(null);
    if (!fresh.isEmpty()) {
      record(new OutboxRecord.Acknowledged(fresh));
      fresh.forEach(holders::remove);
      trainers.acknowledged(fresh.size());
    }
    journal.force();
    journal.compact(state);
    return new AckOutcome(fresh.size(), already, unknown);
  }

  /**
   * Notes that rollouts sample from new weights.
   *
   * @param weights that were published.
   */
  public void publish(final PublishedWeights weights) {
    end(new OutboxRecord.Published(weights));
    goOn();
  }

  /**
   * Returns the weights published last.
   *
   * @return the weights, or null.
   */
  public PublishedWeights weights() {
    return locked(() -> state.weights());
  }

  /**
   * Lists the segments of which some group has not ended, in the order they were sealed.
   *
   * @return their seals.
   */
  public List<SegmentSeal> segments() {
    return locked(() -> state.segments().stream().map(segment -> segment.seal).toList());
  }

  /**
   * Takes the segments whose groups have all ended since the last call.
   *
   * @return their names; the files may be deleted.
   */
  public List<String> takeEmptied() {
    return locked(() -> state.takeEmptied());
  }

  /**
   * Returns the highest number a segment has had.
   *
   * @return the number, or 0.
   */
  public int lastSegment() {
    return locked(() -> state.lastSegment());
  }

  /**
   * Counts the groups.
   *
   * @return a snapshot that adds up.
   */
  public OutboxCounts counts() {
    return locked(() -> state.counts());
  }

  /** Makes everything durable and wakes whoever waits. */
  @Override
  public void close() {
    locked(
        () -> {
          if (!closed) {
            closed = true;
            journal.close();
          }
          changed.signalAll();
          return null;
        });
  }
}
