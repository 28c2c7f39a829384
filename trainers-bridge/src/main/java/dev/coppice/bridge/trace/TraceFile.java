package dev.coppice.bridge.trace;

import dev.coppice.bridge.disk.Disk;
import dev.coppice.bridge.disk.DiskFile;
import dev.coppice.bridge.disk.PoisonedFileException;
import dev.coppice.bridge.disk.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Appends groups to a trace file.
 *
 * <p>All lines of a group go to the kernel in one write and are forced, so that a group counts as
 * finished only when {@link #append(List)} has returned; its end is then worth a note in the
 * journal. On opening, the file is cut to a length the caller knows to be good, or behind its last
 * line feed.
 *
 * <p>On a full disk the half-written group is cut away again and may be appended later.
 *
 * @thread one.
 * @cost one write and one fsync per group.
 */
public final class TraceFile implements AutoCloseable {
  /** Stands for "keep every whole line". */
  public static final long WHOLE_LINES = -1;

  private final Path path;
  private final DiskFile file;
  private long position;
  private IOException poison;

  private TraceFile(final Path path, final DiskFile file, final long position) {
    this.path = path;
    this.file = file;
    this.position = position;
  }

  /**
   * Opens a trace file to append, creating it where there is none.
   *
   * @param path of the file.
   * @param keepBytes the length to keep, as noted when the last group was finished, or {@link
   *     #WHOLE_LINES}.
   * @return the open file.
   * @throws StorageException if the disk is full or broken.
   * @throws IllegalArgumentException if the file is shorter than the length to keep.
   */
  public static TraceFile open(final Path path, final long keepBytes) {
    return open(Disk.LOCAL, path, keepBytes);
  }

  /**
   * Opens a trace file on a given disk.
   *
   * @param disk that holds the file.
   * @param path of the file.
   * @param keepBytes the length to keep, or {@link #WHOLE_LINES}.
   * @return the open file.
   * @throws StorageException if the disk is full or broken.
   * @throws IllegalArgumentException if the file is shorter than the length to keep.
   */
  public static TraceFile open(final Disk disk, final Path path, final long keepBytes) {
    try {
      final boolean isNew = !Files.exists(path);
      final DiskFile file = isNew ? disk.create(path) : disk.open(path);
      try {
        final long size = file.size();
        final long keep = keepBytes == WHOLE_LINES ? wholeLines(file, size) : keepBytes;
        if (keep > size) {
          throw new IllegalArgumentException(
              "trace file has lost its end: " + path + " size=" + size + " expected=" + keep);
        }
        file.truncate(keep);
        file.force();
        if (isNew) {
          disk.forceFolder(path.toAbsolutePath().getParent());
        }
        return new TraceFile(path, file, keep);
      } catch (final IOException | RuntimeException e) {
        file.close();
        throw e;
      }
    } catch (final IOException e) {
      throw StorageException.of("open", path, e);
    }
  }

  /** Finds the place behind the last line feed, reading backwards. */
  private static long wholeLines(final DiskFile file, final long size) throws IOException {
    final ByteBuffer chunk = ByteBuffer.allocate(64 * 1024);
    long end = size;
    while (end > 0) {
      final long start = Math.max(0, end - chunk.capacity());
      chunk.clear().limit((int) (end - start));
      while (chunk.hasRemaining() && file.read(chunk, start + chunk.position()) > 0) {
        continue;
      }
      for (int i = chunk.position() - 1; i >= 0; i--) {
        if (chunk.get(i) == '\n') {
          return start + i + 1;
        }
      }
      end = start;
    }
    return 0;
  }

  /**
   * Appends the lines of one group and makes them durable.
   *
   * @param lines of the group, each with its line feed, as {@link TraceWriter} makes them.
   * @return the length of the file behind the group, in bytes.
   * @throws dev.coppice.bridge.disk.DiskFullException if there was no space; nothing of the group
   *     is then in the file and the call may be repeated.
   * @throws PoisonedFileException if the fsync fails, now and from then on.
   */
  public long append(final List<byte[]> lines) {
    if (poison != null) {
      throw new PoisonedFileException(path, poison);
    }
    final ByteBuffer bytes = join(lines);
    try {
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    } catch (final IOException e) {
      cutBack();
      throw StorageException.of("append to", path, e);
    }
    try {
      file.force();
    } catch (final IOException e) {
      poison = e;
      throw new PoisonedFileException(path, e);
    }
    position += bytes.limit();
    return position;
  }

  private void cutBack() {
    try {
      file.truncate(position);
    } catch (final IOException e) {
      poison = e;
    }
  }

  private static ByteBuffer join(final List<byte[]> lines) {
    int length = 0;
    for (final byte[] line : lines) {
      length = Math.addExact(length, line.length);
    }
    final ByteBuffer bytes = ByteBuffer.allocate(length);
    for (final byte[] line : lines) {
      bytes.put(line);
    }
    return bytes.flip();
  }

  /**
   * Returns the length of the file.
   *
   * @return the place behind the last finished group, in bytes.
   */
  public long position() {
    return position;
  }

  /** Closes the file; everything appended is already durable. */
  @Override
  public void close() {
    try {
      file.close();
    } catch (final IOException e) {
      throw StorageException.of("close", path, e);
    }
  }
}
