package dev.coppice.bridge.disk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Writes whole files that are either there in full or not there at all.
 *
 * <p>A file is written aside under a name ending in {@code .tmp}, forced, renamed to its name, and
 * the folder is forced. A process killed at any moment leaves the old file, or the new one, and at
 * most an aside file that {@link #sweep(Path)} removes.
 *
 * @thread any; two threads must not write one target at the same time.
 * @cost two fsyncs.
 */
public final class DurableFile {
  private static final String ASIDE = ".tmp";

  private DurableFile() {}

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Body {
    /**
     * Writes everything.
     *
     * @param channel to write to; closing it is allowed and does nothing.
     * @throws IOException as the channel throws it.
     */
    void writeTo(WritableByteChannel channel) throws IOException;
  }

  /**
   * Writes bytes to a file of this machine.
   *
   * @param target to create or replace.
   * @param content of the file.
   * @return size and digest of the file.
   * @throws StorageException if the disk is full or broken; the target then holds all of the old
   *     content or all of the new.
   */
  public static SealedBytes write(final Path target, final byte[] content) {
    return write(Disk.LOCAL, target, channel -> channel.write(ByteBuffer.wrap(content)));
  }

  /**
   * Writes a file.
   *
   * @param disk to write on.
   * @param target to create or replace.
   * @param body that writes the content.
   * @return size and digest of the file.
   * @throws StorageException if the disk is full or broken; the target then holds all of the old
   *     content or all of the new.
   */
  public static SealedBytes write(final Disk disk, final Path target, final Body body) {
    final Path aside = target.resolveSibling(target.getFileName() + ASIDE);
    boolean done = false;
    try {
      disk.delete(aside);
      final SealedBytes seal = writeAside(disk, aside, body);
      disk.rename(aside, target);
      disk.forceFolder(target.toAbsolutePath().getParent());
      done = true;
      return seal;
    } catch (final IOException e) {
      throw StorageException.of("write", target, e);
    } finally {
      if (!done) {
        discard(disk, aside);
      }
    }
  }

  /** Leaves the first failure as the one reported; {@link #sweep(Path)} takes what stays. */
  private static void discard(final Disk disk, final Path aside) {
    try {
      disk.delete(aside);
    } catch (final IOException e) {
      return;
    }
  }

  private static SealedBytes writeAside(final Disk disk, final Path aside, final Body body)
      throws IOException {
    try (DiskFile file = disk.create(aside)) {
      final SealingChannel channel = new SealingChannel(file);
      body.writeTo(channel);
      channel.flush();
      file.force();
      return channel.seal();
    }
  }

  /**
   * Digests a file that is there.
   *
   * @param file to read.
   * @return size and digest of the file.
   * @throws IOException if the file is missing or cannot be read.
   */
  public static SealedBytes digest(final Path file) throws IOException {
    final MessageDigest digest = SealingChannel.newDigest();
    final byte[] chunk = new byte[64 * 1024];
    long bytes = 0;
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(chunk); count > 0; count = in.read(chunk)) {
        digest.update(chunk, 0, count);
        bytes += count;
      }
    }
    return new SealedBytes(bytes, HexFormat.of().formatHex(digest.digest()));
  }

  /**
   * Deletes aside files that a killed process left in a folder.
   *
   * @param folder to clean; it must have no live writer.
   * @return the number of files deleted.
   * @throws StorageException if the folder cannot be read or written.
   */
  public static int sweep(final Path folder) {
    int count = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ASIDE)) {
      for (final Path file : files) {
        Files.delete(file);
        count++;
      }
    } catch (final IOException e) {
      throw StorageException.of("sweep", folder, e);
    }
    return count;
  }
}
