package dev.coppice.djl.attention;

import dev.coppice.djl.files.AttentionShape;
import dev.coppice.djl.kernel.HalfKernels;
import java.lang.foreign.MemorySegment;

/**
 * Keeps keys and values as half floats, all of a block and head in one piece.
 *
 * <pre>
 *   cells[layer]   block | kv head | keys:   dimension (D) | slot (S)
 *                                  | values: slot (S)      | dimension (D, padded)
 * </pre>
 *
 * <p>Half floats (IEEE 754 binary16) keep 11 bits of a value, and what is larger than they can hold is
 * kept as their largest. Attention widens them and computes in floats; so a token costs half the memory and half the traffic of {@link FloatPool}.
 *
 * @thread the engine thread alone writes; any reads meanwhile.
 */
final class HalfPool extends KvPool {
  /** The largest half float. */
  private static final float MOST = 65504f;

  /** Cells left out at the start, so that rows begin on a cache line; see {@link FloatPool}. */
  private static final int ALIGNMENT = 24;

  private final short[][] cells;
  private final int kvHeads;
  private final int headDim;
  private final int valueStride;
  private final short[] narrowed;

  HalfPool(final AttentionShape shape, final int layers, final int blocks, final int blockTokens) {
    super(blocks, blockTokens);
    kvHeads = shape.kvHeads();
    headDim = shape.headDim();
    valueStride = padded(headDim);
    narrowed = new short[2 * kvHeads * headDim];
    // What lies last is read in whole vectors, too.
    final long size = blocks * blockCells(shape, blockTokens) + ALIGNMENT + HalfKernels.COLUMNS;
    cells = new short[layers][arraySize(size, blocks, blockTokens)];
  }

  private static int padded(final int headDim) {
    return (headDim + HalfKernels.WIDTH - 1) / HalfKernels.WIDTH * HalfKernels.WIDTH;
  }

  /** Returns the cells of a block in one layer. */
  static long blockCells(final AttentionShape shape, final int blockTokens) {
    return (long) shape.kvHeads() * blockTokens * (shape.headDim() + padded(shape.headDim()));
  }

  int headDim() {
    return headDim;
  }

  int valueStride() {
    return valueStride;
  }

  /** Returns where the keys of a block and head begin. */
  int keyOffset(final int block, final int head) {
    return ALIGNMENT + (block * kvHeads + head) * blockTokens() * (headDim + valueStride);
  }

  /** Returns where the values of a block and head begin. */
  int valueOffset(final int block, final int head) {
    return keyOffset(block, head) + headDim * blockTokens();
  }

  /** Returns the cells of a layer. */
  MemorySegment cells(final int layer) {
    return MemorySegment.ofArray(cells[layer]);
  }

  /**
   * Widens cells.
   *
   * @param layer from 0.
   * @param offset of the first.
   * @param count of them.
   * @param to floats.
   * @param at the first of them.
   */
  void widen(final int layer, final int offset, final int count, final float[] to, final int at) {
    for (int i = 0; i < count; i++) {
      to[at + i] = Float.float16ToFloat(cells[layer][offset + i]);
    }
  }

  @Override
  public void write(
      final int layer, final int block, final int slot, final float[] rows, final int offset) {
    final short[] target = cells[layer];
    final int width = kvHeads * headDim;
    for (int i = 0; i < 2 * width; i++) {
      narrowed[i] = Float.floatToFloat16(Math.max(-MOST, Math.min(MOST, rows[offset + i])));
    }
    for (int head = 0; head < kvHeads; head++) {
      int to = keyOffset(block, head) + slot;
      for (int i = head * headDim; i < (head + 1) * headDim; i++) {
        target[to] = narrowed[i];
        to += blockTokens();
      }
      final int values = valueOffset(block, head) + slot * valueStride;
      System.arraycopy(narrowed, width + head * headDim, target, values, headDim);
    }
  }

  @Override
  public void copy(final int from, final int to, final int tokens) {
    for (final short[] layer : cells) {
      for (int head = 0; head < kvHeads; head++) {
        for (int row = 0; row < headDim; row++) {
          final int line = row * blockTokens();
          System.arraycopy(
              layer, keyOffset(from, head) + line, layer, keyOffset(to, head) + line, tokens);
        }
        System.arraycopy(
            layer, valueOffset(from, head), layer, valueOffset(to, head), tokens * valueStride);
      }
    }
  }
}
