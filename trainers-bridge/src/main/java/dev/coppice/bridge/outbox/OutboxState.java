package dev.coppice.bridge.outbox;

import dev.coppice.bridge.segment.SegmentSeal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/**
 * Applies records; the state is a function of the records alone, so a journal rebuilds it.
 *
 * @thread one.
 * @cost O(1) per group and step; memory for groups that have not ended.
 */
final class OutboxState {
  /** Requests whose groups have all ended are remembered for so many requests. */
  private static final int REMEMBERED_REQUESTS = 4096;

  /** Says where a group stands that has not ended. */
  enum Stage {
    QUEUED,
    IN_FLIGHT,
    SEALED,
    OFFERED
  }

  /** Holds a group that has not ended. */
  static final class Group {
    final long id;
    final int task;
    Stage stage = Stage.QUEUED;
    int oldestVersion;
    Segment segment;

    Group(final long id, final int task) {
      this.id = id;
      this.task = task;
    }
  }

  /** Holds a segment of which some group has not ended. */
  static final class Segment {
    final SegmentSeal seal;
    final List<SealedGroup> groups;
    int open;

    Segment(final SegmentSeal seal, final List<SealedGroup> groups) {
      this.seal = seal;
      this.groups = groups;
    }
  }

  private final Map<Long, Group> open = new HashMap<>();
  private final ArrayDeque<Group> queued = new ArrayDeque<>();
  private final LinkedHashMap<Long, Group> inFlight = new LinkedHashMap<>();
  private final LinkedHashMap<Long, Group> sealed = new LinkedHashMap<>();
  private final LinkedHashMap<Long, Group> offered = new LinkedHashMap<>();
  private final LinkedHashMap<String, Segment> segments = new LinkedHashMap<>();
  private final List<String> emptied = new ArrayList<>();
  private final LinkedHashMap<String, OutboxRecord.Remembered> requests = new LinkedHashMap<>();
  private final TreeMap<String, Long> dropped = new TreeMap<>();
  private final TreeMap<String, Long> quarantined = new TreeMap<>();
  private long acknowledged;
  private long closed;
  private long issued;
  private long nextGroup;
  private long cursor;
  private int lastSegment;
  private PublishedWeights weights;

  void apply(final OutboxRecord record) {
    switch (record) {
      case OutboxRecord.Submitted submitted -> submit(submitted);
      case OutboxRecord.Issued list -> list.groups().forEach(this::issue);
      case OutboxRecord.Sealed segment -> seal(segment);
      case OutboxRecord.Offered list -> list.groups().forEach(this::offer);
      case OutboxRecord.Acknowledged list -> {
        for (final long group : list.groups()) {
          end(group);
          acknowledged++;
        }
      }
      case OutboxRecord.Dropped list -> close(list.groups(), list.reason(), dropped);
      case OutboxRecord.Quarantined list -> close(list.groups(), list.reason(), quarantined);
      case OutboxRecord.Published published -> weights = published.weights();
      case OutboxRecord.Snapshot snapshot -> restore(snapshot);
      case OutboxRecord.Remembered remembered -> remember(remembered);
    }
  }

  private void submit(final OutboxRecord.Submitted submitted) {
    long id = submitted.first();
    for (final int task : submitted.tasks()) {
      final Group group = new Group(id++, task);
      if (open.put(group.id, group) != null) {
        throw new IllegalStateException("group has not ended: group=" + group.id);
      }
      queued.add(group);
    }
    nextGroup = Math.max(nextGroup, id);
    cursor = submitted.cursor();
    remember(
        new OutboxRecord.Remembered(
            submitted.request(), submitted.first(), submitted.tasks().size()));
  }

  private void remember(final OutboxRecord.Remembered remembered) {
    requests.put(remembered.request(), remembered);
    final Iterator<OutboxRecord.Remembered> oldest = requests.values().iterator();
    while (requests.size() > REMEMBERED_REQUESTS && hasEnded(oldest.next())) {
      oldest.remove();
    }
  }

  private boolean hasEnded(final OutboxRecord.Remembered request) {
    for (long id = request.first(); id < request.first() + request.count(); id++) {
      if (open.containsKey(id)) {
        return false;
      }
    }
    return true;
  }

  private void issue(final long id) {
    final Group group = queued.poll();
    if (group == null || group.id != id) {
      throw new IllegalStateException("group is not the next one queued: group=" + id);
    }
    group.stage = Stage.IN_FLIGHT;
    inFlight.put(id, group);
    issued++;
  }

  private void seal(final OutboxRecord.Sealed record) {
    final Segment segment = new Segment(record.segment(), record.groups());
    lastSegment = Math.max(lastSegment, record.segment().number());
    for (final SealedGroup sealedGroup : record.groups()) {
      final Group group = open.get(sealedGroup.group());
      if (group == null && hasEnded(sealedGroup.group())) {
        continue; // A snapshot lists segments with the groups that have ended.
      }
      if (group == null || group.stage != Stage.IN_FLIGHT) {
        throw new IllegalStateException("group is not in flight: group=" + sealedGroup.group());
      }
      inFlight.remove(group.id);
      group.stage = Stage.SEALED;
      group.oldestVersion = sealedGroup.oldestVersion();
      group.segment = segment;
      segment.open++;
      sealed.put(group.id, group);
    }
    if (segment.open > 0) {
      segments.put(segment.seal.name(), segment);
    } else {
      emptied.add(segment.seal.name());
    }
  }

  private void offer(final long id) {
    final Group group = open.get(id);
    if (group == null || group.segment == null) {
      throw new IllegalStateException("group is not sealed: group=" + id);
    }
    if (group.stage == Stage.SEALED) {
      sealed.remove(id);
      group.stage = Stage.OFFERED;
      offered.put(id, group);
    }
  }

  private void close(
      final List<Long> groups, final String reason, final TreeMap<String, Long> counts) {
    for (final long group : groups) {
      end(group);
      closed++;
      counts.merge(reason, 1L, Long::sum);
    }
  }

  private void end(final long id) {
    final Group group = open.remove(id);
    if (group == null || group.stage == Stage.QUEUED) {
      throw new IllegalStateException("group cannot end: group=" + id);
    }
    switch (group.stage) {
      case IN_FLIGHT -> inFlight.remove(id);
      case SEALED -> sealed.remove(id);
      default -> offered.remove(id);
    }
    if (group.segment != null && --group.segment.open == 0) {
      segments.remove(group.segment.seal.name());
      emptied.add(group.segment.seal.name());
    }
  }

  private void restore(final OutboxRecord.Snapshot snapshot) {
    if (nextGroup != 0) {
      throw new IllegalStateException("a snapshot must come first");
    }
    nextGroup = snapshot.nextGroup();
    cursor = snapshot.cursor();
    lastSegment = snapshot.lastSegment();
    acknowledged = snapshot.acknowledged();
    dropped.putAll(snapshot.dropped());
    quarantined.putAll(snapshot.quarantined());
    dropped.values().forEach(count -> closed += count);
    quarantined.values().forEach(count -> closed += count);
    issued = consumed();
    for (final OutboxRecord.Open group : snapshot.open()) {
      final Group added = new Group(group.group(), group.task());
      open.put(added.id, added);
      if (group.issued()) {
        added.stage = Stage.IN_FLIGHT;
        inFlight.put(added.id, added);
        issued++;
      } else {
        queued.add(added);
      }
    }
  }

  /** Lists the groups that may be offered, but whose oldest token lies before a version. */
  List<Long> olderThan(final int version, final Set<Long> held) {
    final List<Long> older = new ArrayList<>();
    for (final Group group : sealed.values()) {
      if (group.oldestVersion < version) {
        older.add(group.id);
      }
    }
    for (final Group group : offered.values()) {
      if (group.oldestVersion < version && !held.contains(group.id)) {
        older.add(group.id);
      }
    }
    return older;
  }

  /** Lists the groups of a segment that have not ended. */
  List<Long> openGroups(final String name) {
    final Segment segment = segments.get(name);
    if (segment == null) {
      return List.of();
    }
    return segment.groups.stream().map(SealedGroup::group).filter(open::containsKey).toList();
  }

  /** Finds the first groups of one segment that may be taken. */
  static List<Group> firstSegment(
      final Collection<Group> from, final int most, final LongPredicate mayTake) {
    final List<Group> found = new ArrayList<>();
    for (final Group group : from) {
      if (!mayTake.test(group.id)) {
        continue;
      }
      if (!found.isEmpty() && group.segment != found.getFirst().segment) {
        break;
      }
      found.add(group);
      if (found.size() == most) {
        break;
      }
    }
    return found;
  }

  /** Returns the tasks of groups in a row; null for one that has ended. */
  List<Integer> tasks(final long first, final int count) {
    final List<Integer> tasks = new ArrayList<>(count);
    for (long id = first; id < first + count; id++) {
      final Group group = open(id);
      tasks.add(group == null ? null : group.task);
    }
    return tasks;
  }

  /** Finds those of some groups that are sealed and have not ended, by segment. */
  Map<SegmentSeal, List<SealedGroup>> sealedAmong(final Collection<Long> groups) {
    final Map<SegmentSeal, List<SealedGroup>> found = new LinkedHashMap<>();
    for (final long id : groups) {
      final Group group = open(id);
      if (group != null && group.segment != null) {
        found
            .computeIfAbsent(group.segment.seal, seal -> new ArrayList<>())
            .add(new SealedGroup(id, group.oldestVersion));
      }
    }
    return found;
  }

  /** Returns records that rebuild this state. */
  List<OutboxRecord> compacted() {
    final List<OutboxRecord> records = new ArrayList<>();
    final List<OutboxRecord.Open> opens = new ArrayList<>();
    for (final Collection<Group> stage : List.of(offered.values(), sealed.values())) {
      stage.forEach(group -> opens.add(new OutboxRecord.Open(group.id, group.task, true)));
    }
    inFlight.values().forEach(g -> opens.add(new OutboxRecord.Open(g.id, g.task, true)));
    queued.forEach(group -> opens.add(new OutboxRecord.Open(group.id, group.task, false)));
    records.add(
        new OutboxRecord.Snapshot(
            nextGroup, cursor, lastSegment, acknowledged, dropped, quarantined, opens));
    records.addAll(requests.values());
    segments
        .values()
        .forEach(segment -> records.add(new OutboxRecord.Sealed(segment.seal, segment.groups)));
    if (!offered.isEmpty()) {
      records.add(new OutboxRecord.Offered(List.copyOf(offered.keySet())));
    }
    if (weights != null) {
      records.add(new OutboxRecord.Published(weights));
    }
    return records;
  }

  /**
   * Returns whether a group has been acknowledged, dropped or quarantined.
   *
   * <p>One whose number lies below the next and that is not open has ended, or is another engine's
   * where a fleet numbers them: those take no memory, however many they are.
   */
  boolean hasEnded(final long group) {
    return group >= 0 && group < nextGroup && !open.containsKey(group);
  }

  Group open(final long group) {
    return open.get(group);
  }

  OutboxRecord.Remembered request(final String request) {
    return requests.get(request);
  }

  Collection<Group> queued() {
    return queued;
  }

  Collection<Group> inFlight() {
    return inFlight.values();
  }

  Collection<Group> sealed() {
    return sealed.values();
  }

  Collection<Group> offered() {
    return offered.values();
  }

  Collection<Segment> segments() {
    return segments.values();
  }

  /** Takes the names of segments whose groups have all ended since the last call. */
  List<String> takeEmptied() {
    final List<String> names = List.copyOf(emptied);
    emptied.clear();
    return names;
  }

  long nextGroup() {
    return nextGroup;
  }

  long cursor() {
    return cursor;
  }

  int lastSegment() {
    return lastSegment;
  }

  PublishedWeights weights() {
    return weights;
  }

  long consumed() {
    return acknowledged + closed;
  }

  long issued() {
    return issued;
  }

  OutboxCounts counts() {
    return new OutboxCounts(
        issued + queued.size(),
        queued.size(),
        issued,
        inFlight.size(),
        sealed.size(),
        offered.size(),
        acknowledged,
        dropped,
        quarantined);
  }
}
