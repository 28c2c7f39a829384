package dev.coppice.decoder.attention;

import dev.coppice.decoder.files.AttentionShape;
import dev.coppice.decoder.kernel.AttentionKernels;
import java.lang.foreign.MemorySegment;

/**
 * Keeps the keys and values of all blocks, those of a block and head in one piece.
 *
 * <pre>
 *   cells[layer]   block | kv head | keys:   dimension (D) | slot (S)
 *                                  | values: slot (S)      | dimension (D, padded to a vector)
 * </pre>
 *
 * <p>Keys lie transposed, so that scores and outputs both are products whose inner loop runs along
 * memory. Slots that were never written, or belong to a branch gone bad, are never summed.
 *
 * @thread the engine thread and, for different tokens, its helpers.
 */
public abstract sealed class KvPool permits FloatPool, HalfPool {
  /** The heap keeps some room beside the pool. */
  private static final int HEAP_SHARE = 8;

  /**
   * Bytes left out at the start of an array: G1 puts large arrays at the start of a region, and with
   * these behind the array's header a row of 64 bytes begins on a cache line. Without, each load crosses
   * two, and the kernels run at about half their speed.
   */
  private static final int ALIGNMENT_BYTES = 48;

  private final int blocks;
  private final int blockTokens;
  private final int layers;
  private final int kvHeads;
  private final int headDim;
  private final int valueStride;
  private final int cellBytes;

  KvPool(final Shape shape, final int blocks, final int blockTokens) {
    this.blocks = blocks;
    this.blockTokens = blockTokens;
    layers = shape.layers;
    kvHeads = shape.attention.kvHeads();
    headDim = shape.attention.headDim();
    valueStride = padded(headDim);
    cellBytes = shape.cellBytes();
  }

  private static int padded(final int headDim) {
    final int width = AttentionKernels.WIDTH;
    return (headDim + width - 1) / width * width;
  }

  /**
   * Says how many values are kept, and how wide they are.
   *
   * @param attention of the model.
   * @param layers of the model.
   * @param half whether keys and values are rounded to half floats, which halves memory and traffic.
   */
  public record Shape(AttentionShape attention, int layers, boolean half) {
    /**
     * Returns the size of a block over all layers.
     *
     * @param blockTokens positions in a block.
     * @return the bytes, padding included.
     */
    public long blockBytes(final int blockTokens) {
      return layers * blockCells(blockTokens) * cellBytes();
    }

    private long blockCells(final int blockTokens) {
      final int headDim = attention.headDim();
      return (long) attention.kvHeads() * blockTokens * (headDim + padded(headDim));
    }

    private int cellBytes() {
      return half ? Short.BYTES : Float.BYTES;
    }
  }

  /**
   * Allocates a pool.
   *
   * @param shape of what is kept.
   * @param blocks in the pool.
   * @param blockTokens positions in a block.
   * @return a pool of zeros.
   * @throws IllegalArgumentException if it does not fit the heap or the arrays of Java.
   */
  public static KvPool open(final Shape shape, final int blocks, final int blockTokens) {
    final long bytes = blocks * shape.blockBytes(blockTokens);
    final long most = Runtime.getRuntime().maxMemory();
    if (bytes > most - most / HEAP_SHARE) {
      throw new IllegalArgumentException(
          "the pool does not fit the heap: blocks=%d blockTokens=%d bytes=%d heap=%d; use fewer"
                  .formatted(blocks, blockTokens, bytes, most)
              + " blocks or start Java with a larger -Xmx");
    }
    // What lies last is read in whole vectors, too.
    final long cells =
        blocks * shape.blockCells(blockTokens)
            + ALIGNMENT_BYTES / shape.cellBytes()
            + AttentionKernels.COLUMNS;
    if (cells > Integer.MAX_VALUE - 16) {
      throw new IllegalArgumentException(
          "the pool exceeds one array per layer: blocks=%d blockTokens=%d; use fewer blocks"
              .formatted(blocks, blockTokens));
    }
    return shape.half
        ? new HalfPool(shape, blocks, blockTokens, (int) cells)
        : new FloatPool(shape, blocks, blockTokens, (int) cells);
  }

  /**
   * Returns the size of a block.
   *
   * @return the positions in it.
   */
  public final int blockTokens() {
    return blockTokens;
  }

  /**
   * Returns the size of the pool.
   *
   * @return the number of blocks.
   */
  public final int blocks() {
    return blocks;
  }

  final int kvHeads() {
    return kvHeads;
  }

  final int headDim() {
    return headDim;
  }

  /** Returns the cells from slot to slot among values. */
  final int valueStride() {
    return valueStride;
  }

  /** Returns the bytes of a cell: 4 for floats, 2 for half floats. */
  final int cellBytes() {
    return cellBytes;
  }

  /** Returns where the keys of a block and head begin; those of a dimension are side by side. */
  final int keyOffset(final int block, final int head) {
    return ALIGNMENT_BYTES / cellBytes
        + (block * kvHeads + head) * blockTokens * (headDim + valueStride);
  }

  /** Returns where the values of a block and head begin. */
  final int valueOffset(final int block, final int head) {
    return keyOffset(block, head) + headDim * blockTokens;
  }

  /** Returns the cells of a layer. */
  abstract MemorySegment cells(int layer);

  /**
   * Reads cells as floats.
   *
   * @param layer from 0.
   * @param offset of the first.
   * @param count of them.
   * @param to floats.
   * @param at the first of them.
   */
  abstract void read(int layer, int offset, int count, float[] to, int at);

  /** Copies cells within a layer. */
  abstract void move(int layer, int from, int to, int count);

  /**
   * Writes the keys and values of one token.
   *
   * @param layer from 0.
   * @param block id.
   * @param slot in the block.
   * @param rows holding the keys of all heads, then the values of all heads.
   * @param offset of the keys in it.
   */
  public abstract void write(int layer, int block, int slot, float[] rows, int offset);

  /**
   * Copies the first slots of a block over all layers.
   *
   * @param from the block read.
   * @param to the block written.
   * @param tokens the number of slots.
   */
  public final void copy(final int from, final int to, final int tokens) {
    for (int layer = 0; layer < layers; layer++) {
      for (int head = 0; head < kvHeads; head++) {
        final int source = keyOffset(from, head);
        final int target = keyOffset(to, head);
        for (int line = 0; line < headDim * blockTokens; line += blockTokens) {
          move(layer, source + line, target + line, tokens);
        }
        final int values = tokens * valueStride;
        move(layer, valueOffset(from, head), valueOffset(to, head), values);
      }
    }
  }
}
