package dev.coppice.kvcache;

/**
 * Counts what a {@link PrefixCache} has done since it was made.
 *
 * @param lookups the number of leases given by {@link PrefixCache#acquire}.
 * @param queriedTokens the tokens asked for in those lookups.
 * @param hitTokens the tokens of them that were cached.
 * @param forks the number of leases given by {@link PrefixLease#fork}.
 * @param blocksCopied the number of partial blocks replaced by a private copy.
 * @param evictedBlocks the number of cached blocks given up for room.
 * @param liveBlockNs the integral of live blocks over time up to the last {@link
 *     PrefixCache#advanceTo}, in block-nanoseconds.
 */
public record CacheStats(
    long lookups,
    long queriedTokens,
    long hitTokens,
    long forks,
    long blocksCopied,
    long evictedBlocks,
    long liveBlockNs) {}
