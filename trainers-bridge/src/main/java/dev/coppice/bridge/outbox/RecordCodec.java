package dev.coppice.bridge.outbox;

import static dev.coppice.bridge.outbox.OutboxDescriptor.ACKNOWLEDGED;
import static dev.coppice.bridge.outbox.OutboxDescriptor.DROPPED;
import static dev.coppice.bridge.outbox.OutboxDescriptor.ISSUED;
import static dev.coppice.bridge.outbox.OutboxDescriptor.OFFERED;
import static dev.coppice.bridge.outbox.OutboxDescriptor.PUBLISHED;
import static dev.coppice.bridge.outbox.OutboxDescriptor.QUARANTINED;
import static dev.coppice.bridge.outbox.OutboxDescriptor.REMEMBERED;
import static dev.coppice.bridge.outbox.OutboxDescriptor.SEALED;
import static dev.coppice.bridge.outbox.OutboxDescriptor.SNAPSHOT;
import static dev.coppice.bridge.outbox.OutboxDescriptor.SUBMITTED;

import dev.coppice.bridge.disk.SealedBytes;
import dev.coppice.bridge.segment.SegmentSeal;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Writes records of {@code bridge.log} and reads them back; see {@link OutboxDescriptor}.
 *
 * @thread any; stateless.
 */
final class RecordCodec {
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
    final RecordBytes out = new RecordBytes(ByteBuffer.allocate(128));
    switch (record) {
      case OutboxRecord.Submitted submitted -> {
        out.putText(submitted.request());
        out.putLong(submitted.first());
        out.putLong(submitted.cursor());
        out.putAll(submitted.tasks(), RecordBytes::putInt);
      }
      case OutboxRecord.Issued issued -> out.putAll(issued.groups(), RecordBytes::putLong);
      case OutboxRecord.Sealed sealed -> putSealed(out, sealed);
      case OutboxRecord.Offered offered -> out.putAll(offered.groups(), RecordBytes::putLong);
      case OutboxRecord.Acknowledged done -> out.putAll(done.groups(), RecordBytes::putLong);
      case OutboxRecord.Dropped dropped -> {
        out.putText(dropped.reason());
        out.putAll(dropped.groups(), RecordBytes::putLong);
      }
      case OutboxRecord.Quarantined quarantined -> {
        out.putText(quarantined.reason());
        out.putAll(quarantined.groups(), RecordBytes::putLong);
      }
      case OutboxRecord.Published published -> {
        out.putInt(published.weights().version());
        out.putText(published.weights().folder());
        out.putText(published.weights().sha256());
      }
      case OutboxRecord.Snapshot snapshot -> putSnapshot(out, snapshot);
      case OutboxRecord.Remembered remembered -> {
        out.putText(remembered.request());
        out.putLong(remembered.first());
        out.putInt(remembered.count());
      }
    }
    return out.written();
  }

  private static void putSealed(final RecordBytes out, final OutboxRecord.Sealed sealed) {
    out.putText(sealed.segment().name());
    out.putAll(
        sealed.segment().files(),
        (to, file) -> {
          to.putText(file.file());
          to.putLong(file.content().bytes());
          to.putText(file.content().sha256());
        });
    out.putAll(
        sealed.groups(),
        (to, group) -> {
          to.putLong(group.group());
          to.putInt(group.oldestVersion());
        });
  }

  private static void putSnapshot(final RecordBytes out, final OutboxRecord.Snapshot snapshot) {
    out.putLong(snapshot.nextGroup());
    out.putLong(snapshot.cursor());
    out.putInt(snapshot.lastSegment());
    out.putLong(snapshot.acknowledged());
    putCounts(out, snapshot.dropped());
    putCounts(out, snapshot.quarantined());
    out.putAll(
        snapshot.open(),
        (to, open) -> {
          to.putLong(open.group());
          to.putInt(open.task());
          to.putFlag(open.issued());
        });
  }

  private static void putCounts(final RecordBytes out, final SortedMap<String, Long> counts) {
    out.putAll(
        List.copyOf(counts.entrySet()),
        (to, count) -> {
          to.putText(count.getKey());
          to.putLong(count.getValue());
        });
  }

  static OutboxRecord decode(final int type, final byte[] payload) {
    try {
      final RecordBytes in = new RecordBytes(ByteBuffer.wrap(payload));
      final OutboxRecord record = read(type, in);
      if (in.left() > 0) {
        throw new IllegalArgumentException("bytes are left over: count=" + in.left());
      }
      return record;
    } catch (final BufferUnderflowException e) {
      throw new IllegalStateException("record is too short: type=" + type, e);
    } catch (final IllegalArgumentException e) {
      throw new IllegalStateException(
          "record cannot be read: type=" + type + ": " + e.getMessage(), e);
    }
  }

  private static OutboxRecord read(final int type, final RecordBytes in) {
    return switch (type) {
      case SUBMITTED -> {
        final String request = in.getText();
        final long first = in.getLong();
        final long cursor = in.getLong();
        yield new OutboxRecord.Submitted(request, first, in.getAll(RecordBytes::getInt), cursor);
      }
      case ISSUED -> new OutboxRecord.Issued(in.getAll(RecordBytes::getLong));
      case SEALED -> sealed(in);
      case OFFERED -> new OutboxRecord.Offered(in.getAll(RecordBytes::getLong));
      case ACKNOWLEDGED -> new OutboxRecord.Acknowledged(in.getAll(RecordBytes::getLong));
      case DROPPED -> new OutboxRecord.Dropped(in.getText(), in.getAll(RecordBytes::getLong));
      case QUARANTINED ->
          new OutboxRecord.Quarantined(in.getText(), in.getAll(RecordBytes::getLong));
      case PUBLISHED ->
          new OutboxRecord.Published(new PublishedWeights(in.getInt(), in.getText(), in.getText()));
      case SNAPSHOT -> snapshot(in);
      case REMEMBERED -> new OutboxRecord.Remembered(in.getText(), in.getLong(), in.getInt());
      default -> throw new IllegalArgumentException("the type is unknown to this build");
    };
  }

  private static OutboxRecord sealed(final RecordBytes in) {
    final String name = in.getText();
    final List<SegmentSeal.SealedFile> files =
        in.getAll(
            from ->
                new SegmentSeal.SealedFile(
                    from.getText(), new SealedBytes(from.getLong(), from.getText())));
    final List<SealedGroup> groups =
        in.getAll(from -> new SealedGroup(from.getLong(), from.getInt()));
    return new OutboxRecord.Sealed(new SegmentSeal(name, groups.size(), files), groups);
  }

  private static OutboxRecord snapshot(final RecordBytes in) {
    return new OutboxRecord.Snapshot(
        in.getLong(),
        in.getLong(),
        in.getInt(),
        in.getLong(),
        counts(in),
        counts(in),
        in.getAll(from -> new OutboxRecord.Open(from.getLong(), from.getInt(), from.getFlag())));
  }

  private static SortedMap<String, Long> counts(final RecordBytes in) {
    final SortedMap<String, Long> counts = new TreeMap<>();
    in.getAll(from -> counts.put(from.getText(), from.getLong()));
    return counts;
  }

  /**
   * Puts and gets the fields of a record one after the other.
   *
   * @thread one.
   */
  private static final class RecordBytes {
    private ByteBuffer bytes;

    RecordBytes(final ByteBuffer bytes) {
      this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    }

    byte[] written() {
      return Arrays.copyOf(bytes.array(), bytes.position());
    }

    int left() {
      return bytes.remaining();
    }

    private ByteBuffer room(final int count) {
      if (bytes.remaining() < count) {
        final int size = Math.max(2 * bytes.capacity(), bytes.position() + count);
        bytes =
            ByteBuffer.wrap(Arrays.copyOf(bytes.array(), size))
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(bytes.position());
      }
      return bytes;
    }

    void putFlag(final boolean value) {
      room(Byte.BYTES).put((byte) (value ? 1 : 0));
    }

    void putInt(final int value) {
      room(Integer.BYTES).putInt(value);
    }

    void putLong(final long value) {
      room(Long.BYTES).putLong(value);
    }

    void putText(final String value) {
      final byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
      putInt(utf8.length);
      room(utf8.length).put(utf8);
    }

    <T> void putAll(final List<T> items, final BiConsumer<RecordBytes, T> put) {
      putInt(items.size());
      items.forEach(item -> put.accept(this, item));
    }

    boolean getFlag() {
      final byte value = bytes.get();
      if (value != 0 && value != 1) {
        throw new IllegalArgumentException("a flag is neither 0 nor 1: flag=" + value);
      }
      return value == 1;
    }

    int getInt() {
      return bytes.getInt();
    }

    long getLong() {
      return bytes.getLong();
    }

    String getText() {
      final byte[] utf8 = new byte[count("text")];
      bytes.get(utf8);
      return new String(utf8, StandardCharsets.UTF_8);
    }

    <T> List<T> getAll(final Function<RecordBytes, T> get) {
      final int size = count("list");
      final List<T> items = new ArrayList<>(size);
      for (int i = 0; i < size; i++) {
        items.add(get.apply(this));
      }
      return items;
    }

    /** Reads a length; an item takes a byte or more, so a damaged one asks for no memory. */
    private int count(final String what) {
      final int count = bytes.getInt();
      if (count < 0 || count > bytes.remaining()) {
        throw new IllegalArgumentException(
            "a " + what + " is longer than its record: count=" + count);
      }
      return count;
    }
  }
}
