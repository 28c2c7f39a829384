package dev.coppice.decoder.batch;

/**
 * Sizes the batches of the embedded model and its pool of keys and values.
 *
 * @param batchRows the most sequences in one forward pass.
 * @param batchTokens the most new tokens in one forward pass; longer prefills are cut into chunks.
 * @param kvBlocks the number of blocks of keys and values.
 * @param blockTokens the positions per block, a power of two.
 */
public record BatchConfig(int batchRows, int batchTokens, int kvBlocks, int blockTokens) {
  /** 64 rows, 512 tokens, 4096 blocks of 16. */
  public static final BatchConfig DEFAULT = new BatchConfig(64, 512, 4096, 16);

  /** Checks the ranges. */
  public BatchConfig {
    if (batchRows < 1 || batchTokens < batchRows) {
      throw new IllegalArgumentException(
          "a batch must hold a token per row: batchRows="
              + batchRows
              + " batchTokens="
              + batchTokens);
    }
    if (kvBlocks < 1 || Integer.bitCount(blockTokens) != 1) {
      throw new IllegalArgumentException(
          "blockTokens must be a power of two: kvBlocks="
              + kvBlocks
              + " blockTokens="
              + blockTokens);
    }
  }

  /**
   * Returns the number of leases the cache offers: one per branch, and branches are bounded by what
   * the pool can hold apart.
   *
   * @return the number of leases.
   */
  int leases() {
    return Math.max(1024, 4 * kvBlocks);
  }

  void requireRoomFor(final int contextTokens) {
    final int needed = (contextTokens + blockTokens - 1) / blockTokens + 1;
    if (kvBlocks < needed) {
      throw new IllegalArgumentException(
          "the KV pool is too small for one sequence: kvBlocks="
              + kvBlocks
              + " but a context of "
              + contextTokens
              + " tokens in blocks of "
              + blockTokens
              + " needs "
              + needed
              + "; raise engine.kv-blocks");
    }
  }
}
