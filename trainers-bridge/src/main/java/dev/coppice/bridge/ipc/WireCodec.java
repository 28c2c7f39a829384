package dev.coppice.bridge.ipc;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.compression.AbstractCompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil;

/**
 * Compresses what stands around the tokens and leaves the numbers of every token as they are.
 *
 * <p>Ids, log-probabilities, masks and advantages go straight into a trainer's tensors, so they stay
 * raw: a reader shows them without a copy. Everything else (group, parents, offsets, spans, names)
 * is the same few bytes over and over; a node of five tokens carries more of it than of tokens.
 *
 * @thread one.
 * @cost a copy of the raw numbers, some 60 MB/s for the rest.
 */
final class WireCodec extends AbstractCompressionCodec {
  /** Above this the time grows faster than the bytes shrink; measured in docs/ARCHITECTURE.md. */
  static final int LEVEL = 6;

  /** Compresses worse than this are damage: a length must not make us ask for any memory. */
  private static final long LARGEST_BYTES = 1L << 30;

  private final VectorSchemaRoot root;

  /** Names the batches that will be written, or null to read. */
  WireCodec(final VectorSchemaRoot root) {
    this.root = root;
  }

  @Override
  public CompressionUtil.CodecType getCodecType() {
    return CompressionUtil.CodecType.ZSTD;
  }

  @Override
  public ArrowBuf compress(final BufferAllocator allocator, final ArrowBuf plain) {
    if (plain.writerIndex() > 0 && isNumbersOfTokens(plain)) {
      try (plain) {
        return CompressionUtil.packageRawBuffer(allocator, plain);
      }
    }
    return super.compress(allocator, plain);
  }

  private boolean isNumbersOfTokens(final ArrowBuf buffer) {
    for (final FieldVector vector : root.getFieldVectors()) {
      if (vector instanceof ListVector list
          && list.getDataVector() instanceof BaseFixedWidthVector items
          && items.getDataBuffer().memoryAddress() == buffer.memoryAddress()) {
        return true;
      }
    }
    return false;
  }

  @Override
  protected ArrowBuf doCompress(final BufferAllocator allocator, final ArrowBuf plain) {
    final long room = Zstd.compressBound(plain.writerIndex());
    final ArrowBuf packed = allocator.buffer(CompressionUtil.SIZE_OF_UNCOMPRESSED_LENGTH + room);
    final long bytes =
        Zstd.compressUnsafe(
            packed.memoryAddress() + CompressionUtil.SIZE_OF_UNCOMPRESSED_LENGTH,
            room,
            plain.memoryAddress(),
            plain.writerIndex(),
            LEVEL);
    if (Zstd.isError(bytes)) {
      packed.close();
      throw new ZstdException(bytes);
    }
    packed.writerIndex(CompressionUtil.SIZE_OF_UNCOMPRESSED_LENGTH + bytes);
    return packed;
  }

  @Override
  protected ArrowBuf doDecompress(final BufferAllocator allocator, final ArrowBuf packed) {
    final long wanted = readUncompressedLength(packed);
    if (wanted < 0 || wanted > LARGEST_BYTES) {
      throw new IllegalArgumentException("a column unpacks to an impossible size: bytes=" + wanted);
    }
    final ArrowBuf plain = allocator.buffer(wanted);
    final long bytes =
        Zstd.decompressUnsafe(
            plain.memoryAddress(),
            wanted,
            packed.memoryAddress() + CompressionUtil.SIZE_OF_UNCOMPRESSED_LENGTH,
            packed.writerIndex() - CompressionUtil.SIZE_OF_UNCOMPRESSED_LENGTH);
    if (Zstd.isError(bytes) || bytes != wanted) {
      plain.close();
      throw new IllegalArgumentException(
          "a column does not unpack: "
              + (Zstd.isError(bytes) ? Zstd.getErrorName(bytes) : bytes + " of " + wanted));
    }
    plain.writerIndex(wanted);
    return plain;
  }
}
