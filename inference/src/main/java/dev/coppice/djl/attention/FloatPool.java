package dev.coppice.djl.attention;

import dev.coppice.djl.files.AttentionShape;

/**
 * Keeps keys and values as floats.
 *
 * <pre>
 *   keys[layer]    block | kv head | dimension (D) | slot (S, padded)      a row per dimension
 *   values[layer]  block | kv head | slot (S)      | dimension (D, padded) a row per slot
 * </pre>
 *
 * @thread the engine thread alone writes.
 */
final class FloatPool extends KvPool {
  /**
   * Floats left out at the start of an array: G1 puts large arrays at the start of a region, and
   * with these behind the array's header every row begins on a cache line. Without, each load
   * crosses two, and the kernels run at about half their speed.
   */
  static final int ALIGNMENT = 12;

  private final float[][] keys;
  private final float[][] values;
  private final int kvHeads;
  private final int headDim;
  private final int keyStride;
  private final int valueStride;

  FloatPool(final AttentionShape shape, final int layers, final int blocks, final int blockTokens) {
    super(blocks, blockTokens);
    kvHeads = shape.kvHeads();
    headDim = shape.headDim();
    keyStride = ScoreKernel.padded(blockTokens);
    valueStride = ScoreKernel.padded(headDim);
    final long keyFloats = (long) blocks * keyBlock() + ALIGNMENT;
    final long valueFloats = (long) blocks * valueBlock() + ALIGNMENT;
    keys = new float[layers][arraySize(keyFloats, blocks, blockTokens)];
    values = new float[layers][arraySize(valueFloats, blocks, blockTokens)];
  }

  /** Returns the floats of a block in one layer, padding included. */
  static long blockCells(final AttentionShape shape, final int blockTokens) {
    final long keys = (long) shape.headDim() * ScoreKernel.padded(blockTokens);
    final long values = (long) blockTokens * ScoreKernel.padded(shape.headDim());
    return shape.kvHeads() * (keys + values);
  }

  private int keyBlock() {
    return kvHeads * headDim * keyStride;
  }

  private int valueBlock() {
    return kvHeads * blockTokens() * valueStride;
  }

  int keyStride() {
    return keyStride;
  }

  int valueStride() {
    return valueStride;
  }

  float[] keys(final int layer) {
    return keys[layer];
  }

  float[] values(final int layer) {
    return values[layer];
  }

  int keyOffset(final int block, final int head) {
    return ALIGNMENT + block * keyBlock() + head * headDim * keyStride;
  }

  int valueOffset(final int block, final int head) {
    return ALIGNMENT + block * valueBlock() + head * blockTokens() * valueStride;
  }

  @Override
  public void write(
      final int layer, final int block, final int slot, final float[] rows, final int offset) {
    final float[] k = keys[layer];
    final float[] v = values[layer];
    final int width = kvHeads * headDim;
    int to = keyOffset(block, 0) + slot;
    for (int i = 0; i < width; i++) {
      k[to] = rows[offset + i];
      to += keyStride;
    }
    for (int head = 0; head < kvHeads; head++) {
      System.arraycopy(
          rows,
          offset + width + head * headDim,
          v,
          valueOffset(block, head) + slot * valueStride,
          headDim);
    }
  }

  @Override
  public void copy(final int from, final int to, final int tokens) {
    for (int layer = 0; layer < keys.length; layer++) {
      for (int row = 0; row < kvHeads * headDim; row++) {
        final int line = row * keyStride;
        System.arraycopy(
            keys[layer], keyOffset(from, 0) + line, keys[layer], keyOffset(to, 0) + line, tokens);
      }
      for (int head = 0; head < kvHeads; head++) {
        System.arraycopy(
            values[layer],
            valueOffset(from, head),
            values[layer],
            valueOffset(to, head),
            tokens * valueStride);
      }
    }
  }
}
