package dev.coppice.djl.attention;

import dev.coppice.djl.files.AttentionShape;

/**
 * Keeps the keys and values of all blocks.
 *
 * <p>Keys lie transposed, so that scores and outputs both are products whose inner loop runs along
 * memory. Slots that were never written, or belong to a branch gone bad, are never summed.
 *
 * @thread the engine thread alone.
 */
public abstract sealed class KvPool permits FloatPool, HalfPool {
  /** The heap keeps some room beside the pool. */
  private static final int HEAP_SHARE = 8;

  private final int blocks;
  private final int blockTokens;

  KvPool(final int blocks, final int blockTokens) {
    this.blocks = blocks;
    this.blockTokens = blockTokens;
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
      final long cells =
          half
              ? HalfPool.blockCells(attention, blockTokens)
              : FloatPool.blockCells(attention, blockTokens);
      return cells * layers * (half ? Short.BYTES : Float.BYTES);
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
    return shape.half
        ? new HalfPool(shape.attention, shape.layers, blocks, blockTokens)
        : new FloatPool(shape.attention, shape.layers, blocks, blockTokens);
  }

  /** Refuses an array that Java has not. */
  static int arraySize(final long cells, final int blocks, final int blockTokens) {
    if (cells > Integer.MAX_VALUE - 16) {
      throw new IllegalArgumentException(
          "the pool exceeds one array per layer: blocks=%d blockTokens=%d; use fewer blocks"
              .formatted(blocks, blockTokens));
    }
    return (int) cells;
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
  public abstract void copy(int from, int to, int tokens);
}
