package dev.coppice.kvcache;

/**
 * Sets the limits of a {@link PrefixCache}.
 *
 * @param blockTokens the number of token positions in a block, S; a power of two.
 * @param blocks the number of blocks in the pool; ids run from 0.
 * @param maxLeases the number of leases that may be open at once.
 * @param maxTokensPerLease the length of the longest sequence in tokens.
 * @unit tokens, blocks, leases.
 */
public record KvCacheConfig(int blockTokens, int blocks, int maxLeases, int maxTokensPerLease) {
  /**
   * Checks the limits.
   *
   * @throws IllegalArgumentException naming the limit that is out of range.
   */
  public KvCacheConfig {
    if (Integer.bitCount(blockTokens) != 1 || blockTokens < 1) {
      throw new IllegalArgumentException("not a power of two: blockTokens=" + blockTokens);
    }
    requirePositive("blocks", blocks);
    requirePositive("maxLeases", maxLeases);
    requirePositive("maxTokensPerLease", maxTokensPerLease);
    if ((long) blocks * Math.max(blockTokens, 16) > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          "token positions exceed an array: blocks=" + blocks + " blockTokens=" + blockTokens);
    }
  }

  private static void requirePositive(final String name, final int value) {
    if (value < 1) {
      throw new IllegalArgumentException("must be at least 1: " + name + "=" + value);
    }
  }
}
