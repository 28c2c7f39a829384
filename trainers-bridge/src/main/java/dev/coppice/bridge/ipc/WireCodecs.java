package dev.coppice.bridge.ipc;

import com.github.luben.zstd.Zstd;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.compression.NoCompressionCodec;

/**
 * Gives Arrow the codec of our batches; Arrow finds it by itself where it reads.
 *
 * @thread any.
 */
public final class WireCodecs implements CompressionCodec.Factory {
  /** Done once per message while a trainer waits, of a few kilobytes. */
  private static final int QUICK = 3;

  private final VectorSchemaRoot root;

  /** Made by Arrow, to read. */
  public WireCodecs() {
    this(null);
  }

  /**
   * Names the batches to write.
   *
   * @param root whose batches are written with the codec.
   */
  public WireCodecs(final VectorSchemaRoot root) {
    this.root = root;
  }

  @Override
  public CompressionCodec createCodec(final CompressionUtil.CodecType type) {
    return switch (type) {
      case NO_COMPRESSION -> NoCompressionCodec.INSTANCE;
      case ZSTD -> new WireCodec(root);
      default -> throw new IllegalArgumentException("batches are not compressed with " + type);
    };
  }

  @Override
  public CompressionCodec createCodec(final CompressionUtil.CodecType type, final int level) {
    return createCodec(type);
  }

  /**
   * Compresses a small message as a whole.
   *
   * @param bytes to compress.
   * @return one Zstandard frame.
   */
  public static byte[] pack(final byte[] bytes) {
    return Zstd.compress(bytes, QUICK);
  }

  /**
   * Undoes {@link #pack}.
   *
   * @param bytes one Zstandard frame that names its size.
   * @param most the size may be, in bytes.
   * @return the message.
   * @throws IllegalArgumentException if it is damaged or too large.
   */
  public static byte[] unpack(final byte[] bytes, final int most) {
    final long size = Zstd.getFrameContentSize(bytes);
    if (size < 0 || size > most) {
      throw new IllegalArgumentException("is not a compressed message: bytes=" + size);
    }
    final byte[] plain = new byte[(int) size];
    final long found = Zstd.decompress(plain, bytes);
    if (found != size) {
      throw new IllegalArgumentException("does not unpack: found=" + found + " size=" + size);
    }
    return plain;
  }
}
