package dev.coppice.kvcache;

import java.util.Objects;

/**
 * Shares the blocks of keys and values of sequences with equal prefixes.
 *
 * <p>A block is <i>live</i> while a lease refers to it, <i>evictable</i> while it is only cached,
 * else free: {@code freeBlocks + liveBlocks + evictableBlocks == capacityBlocks} at all times.
 * Cached blocks are given up leaves first, least recently released first.
 *
 * <p>The cache knows token ids and block ids; the tensors behind the ids belong to the backend. A
 * match compares tokens, never hashes alone.
 *
 * @shape S tokens in a block.
 * @thread one, the engine's.
 * @cost match O(tokens); fork O(1); eviction O(1) per block.
 * @source Kwon et al., "Efficient Memory Management for Large Language Model Serving with
 *     PagedAttention", 2023; Zheng et al., "SGLang", 2024 (RadixAttention).
 */
public final class PrefixCache {
  private final KvCacheConfig config;
  private final NamespaceTable spaces = new NamespaceTable();
  private final PrefixTree tree;
  private final BlockPool pool;
  private final PrefixLease[] leases;
  private final PrefixLease[] idle;
  private int idleCount;
  private long lookups;
  private long queriedTokens;
  private long hitTokens;
  private long forks;
  private long blocksCopied;

  /**
   * Makes a cache whose blocks are all free.
   *
   * @param config sets the limits.
   * @param sink told the live time of blocks; {@link BlockTimeSink#NONE} if nobody asks.
   */
  public PrefixCache(final KvCacheConfig config, final BlockTimeSink sink) {
    this(config, sink, BlockHash.FAST);
  }

  PrefixCache(final KvCacheConfig config, final BlockTimeSink sink, final BlockHash hash) {
    this.config = Objects.requireNonNull(config, "config");
    Objects.requireNonNull(sink, "sink");
    tree = new PrefixTree(config.blocks(), config.blockTokens(), hash);
    pool = new BlockPool(this, tree, spaces, sink);
    leases = new PrefixLease[config.maxLeases()];
    idle = new PrefixLease[config.maxLeases()];
    for (int i = 0; i < leases.length; i++) {
      leases[i] = new PrefixLease(pool, i);
      idle[leases.length - 1 - i] = leases[i];
    }
    idleCount = leases.length;
  }

  /**
   * Returns the limits.
   *
   * @return the configuration the cache was made with.
   */
  public KvCacheConfig config() {
    return config;
  }

  /**
   * Leases the longest cached prefix that consists of full blocks.
   *
   * <p>A caller that needs logits of the last token asks for one token less, so that at least one
   * is left to compute.
   *
   * @param namespace within which blocks may be shared.
   * @param tokens the sequence.
   * @param length the number of its tokens to look up.
   * @param owner tag to which blocks are attributed that this lease revives or reserves.
   * @return a lease whose {@link PrefixLease#tokens()} are cached, a multiple of S; null if no
   *     lease is left.
   */
  public PrefixLease acquire(
      final CacheNamespace namespace, final int[] tokens, final int length, final int owner) {
    Objects.requireNonNull(namespace, "namespace");
    Objects.checkFromIndexSize(0, length, tokens.length);
    final PrefixLease lease = takeLease();
    if (lease == null) {
      return null;
    }
    final int slot = spaces.intern(namespace);
    spaces.retain(slot);
    final int last = tree.match(slot, tokens, length);
    final int blocks = tree.depthOf(last);
    pool.retain(last, owner);
    lease.start(slot, last, blocks, owner);
    lookups++;
    queriedTokens += length;
    hitTokens += lease.tokens();
    return lease;
  }

  /**
   * Says how much of a sequence is cached, and changes nothing.
   *
   * @param namespace within which blocks may be shared.
   * @param tokens the sequence.
   * @param length the number of its tokens to look up.
   * @return the number of tokens that {@link #acquire} would find.
   */
  public int matchTokens(final CacheNamespace namespace, final int[] tokens, final int length) {
    Objects.checkFromIndexSize(0, length, tokens.length);
    final int slot = spaces.find(namespace);
    if (slot == NamespaceTable.NONE) {
      return 0;
    }
    final int last = tree.match(slot, tokens, length);
    return tree.depthOf(last) * config.blockTokens();
  }

  /**
   * Forgets a namespace: its blocks can never be found again.
   *
   * <p>Evictable ones are free at once, live ones when they are released; open leases stay open. A
   * later lookup of the same namespace starts empty.
   *
   * @param namespace to forget; one that is not in use is ignored.
   */
  public void dropNamespace(final CacheNamespace namespace) {
    final int slot = spaces.find(namespace);
    if (slot != NamespaceTable.NONE) {
      spaces.retain(slot);
      spaces.drop(slot);
      pool.drop(slot);
      spaces.release(slot);
    }
  }

  /**
   * Returns the number of blocks that hold nothing.
   *
   * @return the number of blocks.
   */
  public int freeBlocks() {
    return pool.free;
  }

  /**
   * Returns the number of blocks that a lease refers to.
   *
   * @return the number of blocks.
   */
  public int liveBlocks() {
    return pool.live;
  }

  /**
   * Returns the number of blocks that are cached and referred to by no lease.
   *
   * @return the number of blocks.
   */
  public int evictableBlocks() {
    return pool.evictable;
  }

  /**
   * Returns the number of cached blocks given up for room so far.
   *
   * @return the number of blocks.
   */
  public long evictedBlocks() {
    return pool.evictedBlocks;
  }

  /**
   * Returns the size of the pool.
   *
   * @return the number of blocks.
   */
  public int capacityBlocks() {
    return config.blocks();
  }

  /**
   * Returns what the cache has done so far.
   *
   * @return a new record of counts.
   */
  public CacheStats stats() {
    return new CacheStats(
        lookups,
        queriedTokens,
        hitTokens,
        forks,
        blocksCopied,
        pool.evictedBlocks,
        pool.liveBlockNs);
  }

  /**
   * Moves the clock that block time is measured by.
   *
   * @param nowNs nanoseconds since the cache was made; must not fall.
   * @throws IllegalArgumentException if time runs back.
   */
  public void advanceTo(final long nowNs) {
    pool.advanceTo(nowNs);
  }

  /**
   * Moves the clock and attributes the time of blocks that are still live.
   *
   * @param nowNs nanoseconds since the cache was made; must not fall.
   */
  public void flush(final long nowNs) {
    pool.advanceTo(nowNs);
    pool.flush();
  }

  /**
   * Checks every invariant from scratch.
   *
   * @cost O(blocks + leases); for tests and the end of a run.
   * @throws IllegalStateException naming the law that is broken and where.
   */
  public void checkIntegrity() {
    new IntegrityCheck(config, pool, leases, idleCount).run();
  }

  BlockPool pool() {
    return pool;
  }

  PrefixLease takeLease() {
    return idleCount == 0 ? null : idle[--idleCount];
  }

  void giveLease(final PrefixLease lease) {
    idle[idleCount++] = lease;
  }

  void countFork() {
    forks++;
  }

  void countCopy() {
    blocksCopied++;
  }
}
