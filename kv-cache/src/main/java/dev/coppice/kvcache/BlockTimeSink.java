package dev.coppice.kvcache;

/**
 * Receives the time that blocks spent live, for the ledger of block-seconds.
 *
 * <p>Law: after {@link PrefixCache#flush(long)}, {@code sum over owners of blockNs == integral of
 * liveBlocks() over time}.
 *
 * @unit block-nanoseconds.
 * @thread the cache's thread, from within its methods; must not call back into the cache.
 */
@FunctionalInterface
public interface BlockTimeSink {
  /** Attributes nothing, and lets the cache skip the bookkeeping. */
  BlockTimeSink NONE = (owner, blockNs) -> {};

  /**
   * Attributes the live time of one block.
   *
   * @param owner the tag of the lease that reserved or revived the block.
   * @param blockNs the time it spent live since then, or since the last flush, in nanoseconds.
   */
  void attribute(int owner, long blockNs);
}
