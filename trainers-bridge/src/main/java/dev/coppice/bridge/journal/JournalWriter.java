package dev.coppice.bridge.journal;

import dev.coppice.bridge.disk.Disk;
import dev.coppice.bridge.disk.DiskFile;
import dev.coppice.bridge.disk.PoisonedFileException;
import dev.coppice.bridge.disk.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.DirectBuffer;

/**
 * Appends checked frames to a journal.
 *
 * <p>Frames gather in a buffer; {@link #flush()} hands them to the kernel with one write, after
 * which they survive the process; {@link #force()} also makes them survive a power cut. A full
 * buffer flushes itself. Opening a journal that a killed process left cuts its torn tail.
 *
 * <p>On a full disk the call throws {@link dev.coppice.bridge.disk.DiskFullException}, the file ends
 * with its last whole frame, and the frames that did not fit stay in the buffer for the next flush.
 * After a failed fsync every call throws {@link PoisonedFileException}.
 *
 * @thread one.
 * @cost an append copies the payload once and computes its CRC32C; no allocation per frame.
 */
public final class JournalWriter implements AutoCloseable {
  /** The default size of the buffer in bytes. */
  public static final int DEFAULT_BUFFER_BYTES = 1024 * 1024;

  private final Path path;
  private final DiskFile file;
  private final TornTail recovered;
  private ByteBuffer buffer;
  private long flushed;
  private long durable;
  private long marked;
  private IOException poison;

  private JournalWriter(
      final Path path, final DiskFile file, final int bufferBytes, final TornTail recovered) {
    this.path = path;
    this.file = file;
    this.recovered = recovered;
    this.flushed = recovered.position();
    this.durable = recovered.position();
    this.marked = recovered.position();
    this.buffer = newBuffer(bufferBytes);
  }

  /**
   * Opens a journal to append, creating it where there is none.
   *
   * @param path of the file.
   * @param content of its frames.
   * @return a writer behind the last whole frame.
   * @throws JournalFormatException if the file is no journal, has another format or content
   *     version, is corrupt before its tail, or is open elsewhere.
   * @throws StorageException if the disk is full or broken.
   */
  public static JournalWriter open(final Path path, final JournalContent content) {
    return open(Disk.LOCAL, path, content, DEFAULT_BUFFER_BYTES);
  }

  /**
   * Opens a journal on a given disk.
   *
   * @param disk that holds the file.
   * @param path of the file.
   * @param content of its frames.
   * @param bufferBytes the size of the buffer; a larger frame makes it grow.
   * @return a writer behind the last whole frame.
   * @throws JournalFormatException if the file is no journal, has another format or content
   *     version, is corrupt before its tail, or is open elsewhere.
   * @throws StorageException if the disk is full or broken.
   */
  public static JournalWriter open(
      final Disk disk, final Path path, final JournalContent content, final int bufferBytes) {
    return open(disk, path, content, bufferBytes, (type, payload, length, position) -> {});
  }

  /** Sees a frame that the journal holds. */
  @FunctionalInterface
  public interface FrameListener {
    /**
     * Sees a frame.
     *
     * @param type of the frame.
     * @param payload a view that is good until the call returns.
     * @param length of the payload in bytes.
     * @param position of the frame in bytes from the start of the file.
     */
    void onFrame(int type, DirectBuffer payload, int length, long position);
  }

  /**
   * Opens a journal and shows every frame it holds, under the lock that keeps other writers out.
   *
   * @param disk that holds the file.
   * @param path of the file.
   * @param content of its frames.
   * @param bufferBytes the size of the buffer; a larger frame makes it grow.
   * @param listener of the frames in order; what it throws ends the opening.
   * @return a writer behind the last whole frame.
   * @throws JournalFormatException if the file is no journal, has another format or content
   *     version, is corrupt before its tail, or is open elsewhere.
   * @throws StorageException if the disk is full or broken.
   */
  public static JournalWriter open(
      final Disk disk,
      final Path path,
      final JournalContent content,
      final int bufferBytes,
      final FrameListener listener) {
    if (bufferBytes < JournalDescriptor.FRAME_HEADER_BYTES) {
      throw new IllegalArgumentException("buffer is too small: bufferBytes=" + bufferBytes);
    }
    DiskFile file = null;
    try {
      final boolean isNew = !Files.exists(path);
      file = isNew ? disk.create(path) : disk.open(path);
      if (!file.lock()) {
        throw new JournalFormatException(path, 0, "is open in another writer; stop that one first");
      }
      final TornTail tail = recover(path, file, content, listener);
      if (isNew) {
        disk.forceFolder(path.toAbsolutePath().getParent());
      }
      final JournalWriter writer = new JournalWriter(path, file, bufferBytes, tail);
      file = null;
      return writer;
    } catch (final IOException e) {
      throw StorageException.of("open", path, e);
    } finally {
      closeQuietly(file);
    }
  }

  /** A file shorter than its header was killed while it was made: it never held a frame. */
  private static TornTail recover(
      final Path path,
      final DiskFile file,
      final JournalContent content,
      final FrameListener listener)
      throws IOException {
    final long size = file.size();
    if (size < JournalDescriptor.FILE_HEADER_BYTES && isStartOfHeader(file, (int) size, content)) {
      file.truncate(0);
      writeFully(file, JournalDescriptor.fileHeader(content));
      file.force();
      return new TornTail(JournalDescriptor.FILE_HEADER_BYTES, 0);
    }
    final JournalReader reader = new JournalReader(path, file);
    reader.checkFileHeader(content);
    while (reader.next()) {
      listener.onFrame(reader.type(), reader.payload(), reader.length(), reader.position());
    }
    if (reader.tail().isTorn()) {
      file.truncate(reader.tail().position());
    }
    file.force();
    return reader.tail();
  }

  private static boolean isStartOfHeader(
      final DiskFile file, final int size, final JournalContent content) throws IOException {
    final ByteBuffer start = ByteBuffer.allocate(size);
    while (start.hasRemaining() && file.read(start, start.position()) > 0) {
      continue;
    }
    return start.flip().equals(JournalDescriptor.fileHeader(content).limit(size));
  }

  /**
   * Appends a frame to the buffer.
   *
   * @param type of the frame, 1 or more; its meaning is the caller's.
   * @param source of the payload.
   * @param offset of the payload in the source, in bytes.
   * @param length of the payload in bytes.
   * @throws StorageException if the buffer was full and could not be flushed; the frame is then not
   *     appended and the call may be repeated.
   */
  public void append(
      final int type, final DirectBuffer source, final int offset, final int length) {
    if (type <= JournalDescriptor.MARK_TYPE) {
      throw new IllegalArgumentException("type must be at least 1: type=" + type);
    }
    if (length < 0 || length > JournalDescriptor.MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "payload must have at most "
              + JournalDescriptor.MAX_PAYLOAD_BYTES
              + " bytes: length="
              + length);
    }
    source.boundsCheck(offset, length);
    final int at = reserve(JournalDescriptor.frameBytes(length));
    source.getBytes(offset, buffer, at + JournalDescriptor.FRAME_HEADER_BYTES, length);
    seal(at, type, length);
  }

  /** Makes room for a frame and zeroes its padding. */
  private int reserve(final int frameBytes) {
    checkNotPoisoned();
    if (frameBytes > buffer.remaining()) {
      flush();
      if (frameBytes > buffer.capacity()) {
        buffer = newBuffer(frameBytes);
      }
    }
    final int at = buffer.position();
    buffer.putLong(at + frameBytes - JournalDescriptor.ALIGNMENT_BYTES, 0L);
    return at;
  }

  private void seal(final int at, final int type, final int length) {
    JournalDescriptor.putFrameHeader(buffer, at, length, type, durable, flushed + at);
    buffer.position(at + JournalDescriptor.frameBytes(length));
  }

  /**
   * Hands the buffered frames to the kernel.
   *
   * @throws dev.coppice.bridge.disk.DiskFullException if there was no space for all of them; the
   *     file then ends with a whole frame and the rest stays buffered.
   * @throws StorageException if the disk is broken.
   */
  public void flush() {
    checkNotPoisoned();
    if (buffer.position() == 0) {
      return;
    }
    buffer.flip();
    try {
      writeFully(file, buffer);
      flushed += buffer.limit();
      buffer.clear();
    } catch (final IOException e) {
      keepWholeFrames();
      throw StorageException.of("append to", path, e);
    }
  }

  /** Cuts the file behind the last frame that was written whole and keeps the others. */
  private void keepWholeFrames() {
    final int written = buffer.position();
    int whole = 0;
    while (whole < written) {
      final int end =
          whole + JournalDescriptor.frameBytes(buffer.getInt(whole + JournalDescriptor.LENGTH_AT));
      if (end > written) {
        break;
      }
      whole = end;
    }
    buffer.position(whole);
    buffer.compact();
    flushed += whole;
    try {
      file.truncate(flushed);
    } catch (final IOException e) {
      poison = e;
    }
  }

  /**
   * Makes every frame appended so far durable.
   *
   * @throws PoisonedFileException if the fsync fails, now and from then on.
   * @throws StorageException if the frames cannot be written.
   */
  public void force() {
    flush();
    if (durable == flushed) {
      return;
    }
    try {
      file.force();
    } catch (final IOException e) {
      poison = e;
      throw new PoisonedFileException(path, e);
    }
    durable = flushed;
  }

  /**
   * Makes every frame durable and marks that behind them, so that damage to any of them is told from
   * a torn tail even if the process dies next.
   *
   * @throws PoisonedFileException if the fsync fails, now and from then on.
   * @throws StorageException if the frames cannot be written.
   */
  public void forceAndMark() {
    if (marked == position()) {
      return;
    }
    force();
    reserve(JournalDescriptor.FRAME_HEADER_BYTES);
    seal(buffer.position(), JournalDescriptor.MARK_TYPE, 0);
    marked = position();
    flush();
  }

  private void checkNotPoisoned() {
    if (poison != null) {
      throw new PoisonedFileException(path, poison);
    }
  }

  /**
   * Returns the place the next frame will have.
   *
   * @return the place in bytes from the start of the file, the buffered frames included.
   */
  public long position() {
    return flushed + buffer.position();
  }

  /**
   * Returns how much of the file is durable.
   *
   * @return the place up to which everything survives a power cut.
   */
  public long durablePosition() {
    return durable;
  }

  /**
   * Returns what was cut when the journal was opened.
   *
   * @return the torn tail, of 0 bytes if there was none.
   */
  public TornTail recovered() {
    return recovered;
  }

  /**
   * Forces what is buffered, marks the end as durable and closes the file.
   *
   * @throws StorageException if the last frames could not be made durable.
   */
  @Override
  public void close() {
    try {
      if (poison == null) {
        final boolean grew = position() > recovered.position();
        force();
        if (grew) {
          reserve(JournalDescriptor.FRAME_HEADER_BYTES);
          seal(buffer.position(), JournalDescriptor.MARK_TYPE, 0);
          force();
        }
      }
    } finally {
      closeQuietly(file);
    }
  }

  private static void writeFully(final DiskFile file, final ByteBuffer source) throws IOException {
    while (source.hasRemaining()) {
      file.write(source);
    }
  }

  private static ByteBuffer newBuffer(final int bytes) {
    final int aligned = Math.ceilDiv(bytes, JournalDescriptor.ALIGNMENT_BYTES);
    return ByteBuffer.allocateDirect(aligned * JournalDescriptor.ALIGNMENT_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A close that fails loses nothing that was forced before it. */
  private static void closeQuietly(final DiskFile file) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (final IOException e) {
      return;
    }
  }
}
