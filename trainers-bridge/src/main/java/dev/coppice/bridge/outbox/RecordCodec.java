package dev.coppice.bridge.outbox;

import dev.coppice.bridge.disk.SealedBytes;
import dev.coppice.bridge.segment.SegmentSeal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes records of {@code bridge.log} and reads them back.
 *
 * <p>The journal's frame carries the type; numbers are big-endian, texts are length and modified
 * UTF-8, lists are a count and their items.
 *
 * @thread any; stateless.
 */
final class RecordCodec {
  private static final int SUBMITTED = 1;
  private static final int ISSUED = 2;
  private static final int SEALED = 3;
  private static final int OFFERED = 4;
  private static final int ACKNOWLEDGED = 5;
  private static final int DROPPED = 6;
  private static final int QUARANTINED = 7;
  private static final int PUBLISHED = 8;
  private static final int OLD_SNAPSHOT = 9;
  private static final int REMEMBERED = 10;
  private static final int SNAPSHOT = 11;

  private RecordCodec() {}

  static int type(final OutboxRecord record) {
    return switch (record) {
      case OutboxRecord.Submitted ignored -> SUBMITTED;
      case OutboxRecord.Issued ignored -> ISSUED;
      case OutboxRecord.Sealed ignored -> SEALED;
      case OutboxRecord.Offered ignored -> OFFERED;
      case OutboxRecord.Acknowledged ignored -> ACKNOWLEDGED;
      case OutboxRecord.Dropped ignored -> DROPPED;
      case OutboxRecord.Quarantined ignored -> QUARANTINED;
      case OutboxRecord.Published ignored -> PUBLISHED;
      case OutboxRecord.Snapshot ignored -> SNAPSHOT;
      case OutboxRecord.Remembered ignored -> REMEMBERED;
    };
  }

  static byte[] encode(final OutboxRecord record) {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    try {
      write(record, new DataOutputStream(bytes));
    } catch (final IOException e) {
      throw new UncheckedIOException("a record could not be written to memory", e);
    }
    return bytes.toByteArray();
  }

  private static void write(final OutboxRecord record, final DataOutputStream out)
      throws IOException {
    switch (record) {
      case OutboxRecord.Submitted submitted -> {
        out.writeUTF(submitted.request());
        out.writeLong(submitted.first());
        out.writeLong(submitted.cursor());
        putAll(out, submitted.tasks(), (to, task) -> to.writeInt(task));
      }
      case OutboxRecord.Issued issued -> putLongs(out, issued.groups());
      case OutboxRecord.Sealed sealed -> putSealed(out, sealed);
      case OutboxRecord.Offered offered -> putLongs(out, offered.groups());
      case OutboxRecord.Acknowledged done -> putLongs(out, done.groups());
      case OutboxRecord.Dropped dropped -> {
        out.writeUTF(dropped.reason());
        putLongs(out, dropped.groups());
      }
      case OutboxRecord.Quarantined quarantined -> {
        out.writeUTF(quarantined.reason());
        putLongs(out, quarantined.groups());
      }
      case OutboxRecord.Published published -> {
        out.writeInt(published.weights().version());
        out.writeUTF(published.weights().folder());
        out.writeUTF(published.weights().sha256());
      }
      case OutboxRecord.Snapshot snapshot -> putSnapshot(out, snapshot);
      case OutboxRecord.Remembered remembered -> {
        out.writeUTF(remembered.request());
        out.writeLong(remembered.first());
        out.writeInt(remembered.count());
      }
    }
  }

  private static void putSealed(final DataOutputStream out, final OutboxRecord.Sealed sealed)
      throws IOException {
    out.writeUTF(sealed.segment().name());
    putAll(
        out,
        sealed.segment().files(),
        (to, file) -> {
          to.writeUTF(file.file());
          to.writeLong(file.content().bytes());
          to.writeUTF(file.content().sha256());
        });
    putAll(
        out,
        sealed.groups(),
        (to, group) -> {
          to.writeLong(group.group());
          to.writeInt(group.oldestVersion());
        });
  }

  private static void putSnapshot(final DataOutputStream out, final OutboxRecord.Snapshot snapshot)
      throws IOException {
    out.writeLong(snapshot.nextGroup());
    out.writeLong(snapshot.cursor());
    out.writeInt(snapshot.lastSegment());
    out.writeLong(snapshot.acknowledged());
    putCounts(out, snapshot.dropped());
    putCounts(out, snapshot.quarantined());
    putAll(
        out,
        snapshot.open(),
        (to, open) -> {
          to.writeLong(open.group());
          to.writeInt(open.task());
          to.writeBoolean(open.issued());
        });
  }

  static OutboxRecord decode(final int type, final byte[] payload) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(payload))) {
      final OutboxRecord record = read(type, in);
      if (in.available() > 0) {
        throw new IOException("bytes are left over: count=" + in.available());
      }
      return record;
    } catch (final IOException | IllegalArgumentException e) {
      throw new IllegalStateException("record cannot be read: type=" + type + ": " + e, e);
    }
  }

  private static OutboxRecord read(final int type, final DataInputStream in) throws IOException {
    return switch (type) {
      case SUBMITTED -> {
        final String request = in.readUTF();
        final long first = in.readLong();
        final long cursor = in.readLong();
        yield new OutboxRecord.Submitted(request, first, all(in, DataInputStream::readInt), cursor);
      }
      case ISSUED -> new OutboxRecord.Issued(longs(in));
      case SEALED -> sealed(in);
      case OFFERED -> new OutboxRecord.Offered(longs(in));
      case ACKNOWLEDGED -> new OutboxRecord.Acknowledged(longs(in));
      case DROPPED -> new OutboxRecord.Dropped(in.readUTF(), longs(in));
      case QUARANTINED -> new OutboxRecord.Quarantined(in.readUTF(), longs(in));
      case PUBLISHED ->
          new OutboxRecord.Published(
              new PublishedWeights(in.readInt(), in.readUTF(), in.readUTF()));
      case SNAPSHOT, OLD_SNAPSHOT -> snapshot(type, in);
      case REMEMBERED -> new OutboxRecord.Remembered(in.readUTF(), in.readLong(), in.readInt());
      default -> throw new IOException("the type is unknown to this build");
    };
  }

  private static OutboxRecord sealed(final DataInputStream in) throws IOException {
    final String name = in.readUTF();
    final List<SegmentSeal.SealedFile> files =
        all(
            in,
            from ->
                new SegmentSeal.SealedFile(
                    from.readUTF(), new SealedBytes(from.readLong(), from.readUTF())));
    final List<SealedGroup> groups =
        all(in, from -> new SealedGroup(from.readLong(), from.readInt()));
    return new OutboxRecord.Sealed(new SegmentSeal(name, groups.size(), files), groups);
  }

  private static void putLongs(final DataOutputStream out, final List<Long> values)
      throws IOException {
    putAll(out, values, (to, value) -> to.writeLong(value));
  }

  private static List<Long> longs(final DataInputStream in) throws IOException {
    return all(in, DataInputStream::readLong);
  }

  private static OutboxRecord snapshot(final int type, final DataInputStream in)
      throws IOException {
    final long nextGroup = in.readLong();
    final long cursor = in.readLong();
    final int lastSegment = in.readInt();
    final long acknowledged = type == SNAPSHOT ? in.readLong() : inRanges(in);
    if (type == OLD_SNAPSHOT) {
      inRanges(in); // The groups that are counted by reason below.
    }
    return new OutboxRecord.Snapshot(
        nextGroup,
        cursor,
        lastSegment,
        acknowledged,
        counts(in),
        counts(in),
        all(
            in,
            from -> new OutboxRecord.Open(from.readLong(), from.readInt(), from.readBoolean())));
  }

  /** Counts the groups that an earlier build listed as ranges. */
  private static long inRanges(final DataInputStream in) throws IOException {
    return all(in, from -> -from.readLong() + from.readLong() + 1).stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  private static void putCounts(final DataOutputStream out, final SortedMap<String, Long> counts)
      throws IOException {
    out.writeInt(counts.size());
    for (final Map.Entry<String, Long> entry : counts.entrySet()) {
      out.writeUTF(entry.getKey());
      out.writeLong(entry.getValue());
    }
  }

  private static SortedMap<String, Long> counts(final DataInputStream in) throws IOException {
    final SortedMap<String, Long> counts = new TreeMap<>();
    final int size = in.readInt();
    for (int i = 0; i < size; i++) {
      counts.put(in.readUTF(), in.readLong());
    }
    return counts;
  }

  private static <T> void putAll(
      final DataOutputStream out, final List<T> items, final ItemWriter<T> writer)
      throws IOException {
    out.writeInt(items.size());
    for (final T item : items) {
      writer.write(out, item);
    }
  }

  private static <T> List<T> all(final DataInputStream in, final ItemReader<T> reader)
      throws IOException {
    final int size = in.readInt();
    if (size < 0 || size > in.available()) {
      throw new IOException("a list is longer than its record: size=" + size);
    }
    final List<T> items = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      items.add(reader.read(in));
    }
    return items;
  }

  /** Writes one item of a list. */
  @FunctionalInterface
  private interface ItemWriter<T> {
    void write(DataOutputStream out, T item) throws IOException;
  }

  /** Reads one item of a list. */
  @FunctionalInterface
  private interface ItemReader<T> {
    T read(DataInputStream in) throws IOException;
  }
}
