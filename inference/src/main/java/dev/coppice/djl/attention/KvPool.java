package dev.coppice.djl.attention;

import dev.coppice.djl.files.AttentionShape;

/**
 * Keeps the keys and values of all blocks.
 *
 * <pre>
 *   keys[layer]    block | kv head | dimension (D) | slot (S, padded)      a row per dimension
 *   values[layer]  block | kv head | slot (S)      | dimension (D, padded) a row per slot
 * </pre>
 *
 * <p>Keys lie transposed, so that scores and outputs both are products whose inner loop runs along
 * memory. Slots that were never written, or belong to a branch gone bad, are never summed.
 *
 * @thread the engine thread alone.
 */
public final class KvPool {
  /**
   * Floats left out at the start of an array: G1 puts large arrays at the start of a region, and
   * with these behind the array's header every row begins on a cache line. Without, each load
   * crosses two, and the kernels run at about half their speed.
   */
  static final int ALIGNMENT = 12;

  private final float[][] keys;
  private final float[][] values;
  private final int blocks;
  private final int kvHeads;
  private final int headDim;
  private final int blockTokens;
  private final int keyStride;
  private final int valueStride;

  /**
   * Allocates the pool.
   *
   * @param shape of the attention.
   * @param layers of the model.
   * @param blocks in the pool.
   * @param blockTokens positions in a block.
   */
  public KvPool(
      final AttentionShape shape, final int layers, final int blocks, final int blockTokens) {
    this.blocks = blocks;
    this.blockTokens = blockTokens;
    kvHeads = shape.kvHeads();
    headDim = shape.headDim();
    keyStride = ScoreKernel.padded(blockTokens);
    valueStride = ScoreKernel.padded(headDim);
    final long keyFloats = (long) blocks * keyBlock() + ALIGNMENT;
    final long valueFloats = (long) blocks * valueBlock() + ALIGNMENT;
    checkSize(layers * (keyFloats + valueFloats) * Float.BYTES);
    if (Math.max(keyFloats, valueFloats) > Integer.MAX_VALUE - 16) {
      throw new IllegalArgumentException(
          "the pool exceeds one array per layer: blocks=%d blockTokens=%d; use fewer blocks"
              .formatted(blocks, blockTokens));
    }
    keys = new float[layers][(int) keyFloats];
    values = new float[layers][(int) valueFloats];
  }

  /**
   * Returns the size of a block over all layers.
   *
   * @param shape of the attention.
   * @param layers of the model.
   * @param blockTokens positions in a block.
   * @return the bytes, padding included.
   */
  public static long blockBytes(
      final AttentionShape shape, final int layers, final int blockTokens) {
    final long keys = (long) shape.headDim() * ScoreKernel.padded(blockTokens);
    final long values = (long) blockTokens * ScoreKernel.padded(shape.headDim());
    return 4L * layers * shape.kvHeads() * (keys + values);
  }

  private void checkSize(final long bytes) {
    final long most = Runtime.getRuntime().maxMemory();
    if (bytes > most - most / 8) {
      throw new IllegalArgumentException(
          "the pool does not fit the heap: blocks=%d blockTokens=%d bytes=%d heap=%d; use fewer"
                  .formatted(blocks, blockTokens, bytes, most)
              + " blocks or start Java with a larger -Xmx");
    }
  }

  private int keyBlock() {
    return kvHeads * headDim * keyStride;
  }

  private int valueBlock() {
    return kvHeads * blockTokens * valueStride;
  }

  /**
   * Returns the size of a block.
   *
   * @return the positions in it.
   */
  public int blockTokens() {
    return blockTokens;
  }

  /**
   * Returns the size of the pool.
   *
   * @return the number of blocks.
   */
  public int blocks() {
    return blocks;
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
    return ALIGNMENT + block * valueBlock() + head * blockTokens * valueStride;
  }

  /**
   * Writes the keys and values of one token.
   *
   * @param layer from 0.
   * @param block id.
   * @param slot in the block.
   * @param rows holding the keys of all heads, then the values of all heads.
   * @param offset of the keys in it.
   */
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

  /**
   * Copies the first slots of a block over all layers.
   *
   * @param from the block read.
   * @param to the block written.
   * @param tokens the number of slots.
   */
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
