package dev.coppice.app.run;

import dev.coppice.app.folder.RunJournalDescriptor;
import dev.coppice.bridge.disk.Disk;
import dev.coppice.bridge.disk.DiskFullException;
import dev.coppice.bridge.journal.JournalWriter;
import dev.coppice.eventlog.EngineJournal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Keeps the engine's inputs in {@code journal.log}, with a mark where an arm begins.
 *
 * <p>On a full disk a run stops and is resumed later. A service waits for room instead: the engine
 * stands still meanwhile. If it is asked to end before there is room, nothing is written any more,
 * so that the journal ends as that of a killed process does.
 *
 * @thread {@link #beginArm} before the engine starts, {@link #append} and {@link #flush} from the
 *     engine thread, the rest from the caller's.
 */
public final class JournalSink implements EngineJournal, AutoCloseable {
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private final JournalWriter writer;
  private final boolean waits;
  private volatile boolean full;
  private volatile boolean ending;
  private boolean cut;

  private JournalSink(final Disk disk, final Path path, final boolean waits) {
    this.writer =
        JournalWriter.open(
            disk, path, RunJournalDescriptor.CONTENT, JournalWriter.DEFAULT_BUFFER_BYTES);
    this.waits = waits;
  }

  /**
   * Opens a journal whose run stops where the disk is full.
   *
   * @param path of the file.
   * @return the journal; it is the lock of its folder.
   * @throws dev.coppice.bridge.journal.JournalFormatException if the file is of another format,
   *     damaged, or open elsewhere.
   */
  public static JournalSink stopping(final Path path) {
    return new JournalSink(Disk.LOCAL, path, false);
  }

  /**
   * Opens a journal whose engine waits where the disk is full.
   *
   * @param path of the file.
   * @return the journal.
   * @throws dev.coppice.bridge.journal.JournalFormatException if the file is of another format,
   *     damaged, or open elsewhere.
   */
  public static JournalSink waiting(final Path path) {
    return waiting(Disk.LOCAL, path);
  }

  static JournalSink waiting(final Disk disk, final Path path) {
    return new JournalSink(disk, path, true);
  }

  /**
   * Marks that a session of an arm begins, durably.
   *
   * @param arm the name of the arm.
   */
  public void beginArm(final String arm) {
    final UnsafeBuffer name = new UnsafeBuffer(arm.getBytes(StandardCharsets.UTF_8));
    writer.append(RunJournalDescriptor.ARM_BEGINS, name, 0, name.capacity());
    writer.force();
  }

  @Override
  public void append(
      final int type, final DirectBuffer buffer, final int offset, final int length) {
    while (!cut) {
      try {
        writer.append(type, buffer, offset, length);
        full = false;
        return;
      } catch (final DiskFullException e) {
        await(e);
      }
    }
  }

  @Override
  public void flush() {
    while (!cut) {
      try {
        writer.flush();
        full = false;
        return;
      } catch (final DiskFullException e) {
        await(e);
      }
    }
  }

  private void await(final DiskFullException e) {
    if (!waits) {
      throw e;
    }
    full = true;
    cut = ending;
    LockSupport.parkNanos(LOOK_NS);
  }

  /**
   * Returns whether the engine waits for room on the disk.
   *
   * @return true if it does.
   */
  public boolean isFull() {
    return full;
  }

  /** Has nobody wait for room any more; called before the engine is closed. */
  public void end() {
    ending = true;
  }

  /** Forces what was appended and closes the file. */
  @Override
  public void close() {
    try {
      writer.close();
    } catch (final DiskFullException e) {
      if (!waits) {
        throw e;
      }
      // As after a kill: the groups these inputs belong to are told by bridge.log alone.
    }
  }
}
