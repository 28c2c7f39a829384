package dev.coppice.bridge.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Gathers small writes into large ones and digests what passes.
 *
 * @thread one.
 */
final class SealingChannel implements WritableByteChannel {
  private static final int BUFFER_BYTES = 256 * 1024;

  private final DiskFile file;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final MessageDigest digest;
  private long bytes;
  private boolean open = true;

  SealingChannel(final DiskFile file) {
    this.file = file;
    this.digest = newDigest();
  }

  static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (final NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public int write(final ByteBuffer source) throws IOException {
    final int offered = source.remaining();
    while (source.hasRemaining()) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      final int taken = Math.min(source.remaining(), buffer.remaining());
      buffer.put(source.slice(source.position(), taken));
      source.position(source.position() + taken);
    }
    bytes += offered;
    return offered;
  }

  /** Writes what is gathered; called once more at the end, before the file is forced. */
  void flush() throws IOException {
    buffer.flip();
    digest.update(buffer.duplicate());
    while (buffer.hasRemaining()) {
      file.write(buffer);
    }
    buffer.clear();
  }

  /** Ends the digest. */
  SealedBytes seal() {
    return new SealedBytes(bytes, HexFormat.of().formatHex(digest.digest()));
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  /** Ends the writing; the file stays open, it has yet to be forced. */
  @Override
  public void close() {
    open = false;
  }
}
