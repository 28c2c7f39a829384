package dev.coppice.bridge.outbox;

import dev.coppice.bridge.disk.Disk;
import dev.coppice.bridge.disk.DiskFullException;
import dev.coppice.bridge.disk.StorageException;
import dev.coppice.bridge.journal.JournalFormatException;
import dev.coppice.bridge.journal.JournalWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Keeps the records of an outbox in a journal that is rewritten once most of it is history.
 *
 * @thread one at a time.
 */
final class OutboxJournal implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final long REWRITE_ABOVE_BYTES = 4L * 1024 * 1024;
  private static final int REWRITE_GROWTH = 4;

  private final Disk disk;
  private final Path path;
  private JournalWriter writer;
  private long rewriteAt = REWRITE_ABOVE_BYTES;
  private boolean behind;

  private OutboxJournal(final Disk disk, final Path path, final JournalWriter writer) {
    this.disk = disk;
    this.path = path;
    this.writer = writer;
  }

  /** Opens a journal, cuts its torn tail and shows every record. */
  static OutboxJournal open(final Disk disk, final Path path, final Consumer<OutboxRecord> replay) {
    final JournalWriter.FrameListener frames =
        (type, payload, length, position) -> {
          final byte[] bytes = new byte[length];
          payload.getBytes(0, bytes);
          try {
            replay.accept(RecordCodec.decode(type, bytes));
          } catch (final IllegalStateException e) {
            throw new JournalFormatException(
                path,
                position,
                "holds an impossible sequence of records at offset "
                    + position
                    + ": "
                    + e.getMessage()
                    + "; restore the file from a copy, or begin a new folder");
          }
        };
    final JournalWriter writer =
        JournalWriter.open(disk, path, OutboxDescriptor.CONTENT, BUFFER_BYTES, frames);
    return new OutboxJournal(disk, path, writer);
  }

  private static Path aside(final Path path) {
    return path.resolveSibling(path.getFileName() + ".new");
  }

  /** Adds a record to the buffer; throws if it was not added. */
  void append(final OutboxRecord record) {
    append(writer, record);
  }

  private static void append(final JournalWriter to, final OutboxRecord record) {
    final UnsafeBuffer payload = new UnsafeBuffer(RecordCodec.encode(record));
    to.append(RecordCodec.type(record), payload, 0, payload.capacity());
  }

  /** Hands records to the kernel, so that they survive this process. */
  void flush() {
    try {
      writer.flush();
    } catch (final DiskFullException e) {
      behind = true;
      throw e;
    }
  }

  /** Hands records to the kernel, or has them wait for room: losing them loses nothing. */
  void flushLater() {
    try {
      flush();
    } catch (final DiskFullException e) {
      assert behind;
    }
  }

  /** Makes records survive the machine. */
  void force() {
    behind = true;
    writer.forceAndMark();
    behind = false;
  }

  /** Makes records survive, or leaves it to whoever tells a trainer of them; false then. */
  boolean forceLater() {
    try {
      force();
      return true;
    } catch (final DiskFullException e) {
      return false;
    }
  }

  /** Tells whether records wait for room on the disk. */
  boolean isBehind() {
    return behind;
  }

  /** Replaces a journal that is mostly history by records that rebuild the state. */
  void compact(final OutboxState state) {
    if (writer.position() < rewriteAt) {
      return;
    }
    final Path aside = aside(path);
    JournalWriter fresh = null;
    try {
      disk.delete(aside);
      fresh = JournalWriter.open(disk, aside, OutboxDescriptor.CONTENT, BUFFER_BYTES);
      for (final OutboxRecord record : state.compacted()) {
        append(fresh, record);
      }
      fresh.forceAndMark();
      disk.rename(aside, path);
      disk.forceFolder(path.toAbsolutePath().getParent());
      final JournalWriter old = writer;
      writer = fresh;
      fresh = null;
      old.close();
      rewriteAt = Math.max(REWRITE_ABOVE_BYTES, REWRITE_GROWTH * writer.position());
    } catch (final DiskFullException e) {
      rewriteAt += REWRITE_ABOVE_BYTES; // The old journal is whole; there may be room later.
    } catch (final IOException e) {
      throw StorageException.of("rewrite", path, e);
    } finally {
      if (fresh != null) {
        fresh.close();
      }
    }
  }

  @Override
  public void close() {
    writer.close();
  }
}
