package dev.coppice.bridge.journal;

import dev.coppice.bridge.disk.Disk;
import dev.coppice.bridge.disk.DiskFile;
import dev.coppice.bridge.disk.StorageException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Walks over the frames of a journal from the first to the last whole one.
 *
 * <p>Only frames whose checksums fit are shown. Behind the last of them there may be a torn tail,
 * which {@link #tail()} describes; damage that is not a torn tail is refused with its place. A
 * damaged place counts as corruption if a later frame says that the place had been forced to the
 * disk before, and as torn if none does: then nothing behind it had been promised to anybody.
 *
 * @thread one; a writer may append to the file meanwhile.
 * @cost memory for the largest frame and one read window, whatever the size of the file.
 */
public final class JournalReader implements AutoCloseable {
  private static final int WINDOW_BYTES = 64 * 1024;

  private final Path path;
  private final DiskFile file;
  private final UnsafeBuffer payload = new UnsafeBuffer(0, 0);
  private ByteBuffer window = newWindow(WINDOW_BYTES);
  private long windowStart;
  private long position = JournalDescriptor.FILE_HEADER_BYTES;
  private long next = JournalDescriptor.FILE_HEADER_BYTES;
  private int type;
  private int length;
  private TornTail tail;

  /**
   * Opens a journal.
   *
   * @param path of the file.
   * @param content it must hold.
   * @throws StorageException if the file cannot be read.
   * @throws JournalFormatException if the file is no journal or has another format or content
   *     version.
   */
  public JournalReader(final Path path, final JournalContent content) {
    this(path, open(path));
    try {
      checkFileHeader(content);
    } catch (final RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Reads a file that a writer has open. */
  JournalReader(final Path path, final DiskFile file) {
    this.path = path;
    this.file = file;
    window.limit(0);
  }

  private static DiskFile open(final Path path) {
    try {
      return Disk.LOCAL.openToRead(path);
    } catch (final IOException e) {
      throw StorageException.of("open", path, e);
    }
  }

  /** Refuses files that are no journals of that content. */
  void checkFileHeader(final JournalContent content) {
    final int size = (int) Math.min(size(), JournalDescriptor.FILE_HEADER_BYTES);
    final ByteBuffer header =
        ByteBuffer.allocate(JournalDescriptor.FILE_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    if (fill(0, size)) {
      header.put(0, window, at(0), size);
    }
    final String fault = JournalDescriptor.fileHeaderFault(path, header.limit(size), content);
    if (fault != null) {
      throw new JournalFormatException(path, 0, fault);
    }
  }

  /**
   * Moves to the next frame.
   *
   * @return false at the end of the last whole frame; a later call looks again, so that a file
   *     which is still written can be followed.
   * @throws JournalFormatException if the file is damaged before its tail.
   * @throws StorageException if the file cannot be read.
   */
  public boolean next() {
    do {
      if (!readFrame()) {
        return false;
      }
    } while (type == JournalDescriptor.MARK_TYPE);
    return true;
  }

  private boolean readFrame() {
    final int header = JournalDescriptor.FRAME_HEADER_BYTES;
    if (!fill(next, header) || !JournalDescriptor.isFrameHeader(window, at(next), next)) {
      tail = judgeTail();
      return false;
    }
    final int payloadBytes = window.getInt(at(next) + JournalDescriptor.LENGTH_AT);
    final int frameBytes = JournalDescriptor.frameBytes(payloadBytes);
    if (!fill(next, frameBytes) || !JournalDescriptor.isPayload(window, at(next), payloadBytes)) {
      tail = judgeTail();
      return false;
    }
    position = next;
    length = payloadBytes;
    type = window.getInt(at(next) + JournalDescriptor.TYPE_AT);
    payload.wrap(window, at(next) + header, payloadBytes);
    next += frameBytes;
    return true;
  }

  /** Looks behind a damaged place for a frame that vouches for it. */
  private TornTail judgeTail() {
    final long size = size();
    final int step = JournalDescriptor.ALIGNMENT_BYTES;
    for (long candidate = next + step; candidate < size; candidate += step) {
      if (fill(candidate, JournalDescriptor.FRAME_HEADER_BYTES)
          && JournalDescriptor.isFrameHeader(window, at(candidate), candidate)
          && window.getLong(at(candidate) + JournalDescriptor.DURABLE_AT) > next) {
        throw new JournalFormatException(
            path,
            next,
            "is corrupt at offset "
                + next
                + ": the frame there is damaged although it had reached the disk (the frame at "
                + candidate
                + " says so); restore the file from a copy, or move it away to start over");
      }
    }
    forget();
    return new TornTail(next, size - next);
  }

  /** A writer may replace the tail, so what was read of it must be read again. */
  private void forget() {
    window.limit(0);
  }

  private int at(final long filePosition) {
    return (int) (filePosition - windowStart);
  }

  /** Brings bytes of the file into the window; false if the file ends before. */
  private boolean fill(final long from, final int count) {
    if (from >= windowStart && from + count <= windowStart + window.limit()) {
      return true;
    }
    if (from + count > size()) {
      return false;
    }
    if (count > window.capacity()) {
      window = newWindow(Math.max(count, WINDOW_BYTES));
    }
    window.clear();
    windowStart = from;
    try {
      while (window.hasRemaining() && file.read(window, from + window.position()) > 0) {
        continue;
      }
      if (window.position() < count) {
        throw new EOFException("the file shrank while it was read");
      }
    } catch (final IOException e) {
      throw StorageException.of("read", path, e);
    }
    window.flip();
    return true;
  }

  private static ByteBuffer newWindow(final int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private long size() {
    try {
      return file.size();
    } catch (final IOException e) {
      throw StorageException.of("read", path, e);
    }
  }

  /**
   * Returns the type of the frame.
   *
   * @return the type its writer gave it.
   */
  public int type() {
    return type;
  }

  /**
   * Returns the payload of the frame.
   *
   * @return a view that is good until the next call of {@link #next()}.
   */
  public DirectBuffer payload() {
    return payload;
  }

  /**
   * Returns the length of the payload.
   *
   * @return the length in bytes.
   */
  public int length() {
    return length;
  }

  /**
   * Returns the place of the frame.
   *
   * @return the place in bytes from the start of the file.
   */
  public long position() {
    return position;
  }

  /**
   * Returns the place behind the frame.
   *
   * @return the place in bytes from the start of the file.
   */
  public long nextPosition() {
    return next;
  }

  /**
   * Returns what follows the last whole frame, once {@link #next()} answered false.
   *
   * @return the tail, or null before that.
   */
  public TornTail tail() {
    return tail;
  }

  /** Closes the file. */
  @Override
  public void close() {
    try {
      file.close();
    } catch (final IOException e) {
      throw StorageException.of("close", path, e);
    }
  }
}
