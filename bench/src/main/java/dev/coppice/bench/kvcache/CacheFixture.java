package dev.coppice.bench.kvcache;

import dev.coppice.kvcache.BlockTimeSink;
import dev.coppice.kvcache.CacheNamespace;
import dev.coppice.kvcache.KvCacheConfig;
import dev.coppice.kvcache.PrefixCache;
import dev.coppice.kvcache.PrefixLease;
import java.util.SplittableRandom;

/** Fills caches with seeded token sequences. */
final class CacheFixture {
  static final CacheNamespace NAMESPACE = new CacheNamespace(0, 0, 0);
  static final int VOCABULARY = 32_000;

  private CacheFixture() {}

  static PrefixCache cache(
      final int blockTokens, final int blocks, final int maxLeases, final int maxTokens) {
    return new PrefixCache(
        new KvCacheConfig(blockTokens, blocks, maxLeases, maxTokens), BlockTimeSink.NONE);
  }

  static int[] tokens(final SplittableRandom random, final int length) {
    return random.ints(length, 0, VOCABULARY).toArray();
  }

  /** Sequences that share their first tokens and differ from there on. */
  static int[][] sequences(
      final long seed, final int count, final int sharedTokens, final int length) {
    final SplittableRandom random = new SplittableRandom(seed);
    final int[] shared = tokens(random, sharedTokens);
    final int[][] sequences = new int[count][];
    for (int i = 0; i < count; i++) {
      sequences[i] = tokens(random, length);
      System.arraycopy(shared, 0, sequences[i], 0, sharedTokens);
    }
    return sequences;
  }

  /** Sequences of which so many each share their first tokens, in turns. */
  static int[][] families(
      final int families, final int members, final int sharedTokens, final int length) {
    final int[][] all = new int[families * members][];
    for (int family = 0; family < families; family++) {
      final int[][] sequences = sequences(100 + family, members, sharedTokens, length);
      for (int member = 0; member < members; member++) {
        all[member * families + family] = sequences[member];
      }
    }
    return all;
  }

  /** Leases a sequence and commits what of it is not cached. */
  static PrefixLease hold(final PrefixCache cache, final int[] tokens) {
    final PrefixLease lease = cache.acquire(NAMESPACE, tokens, tokens.length, 0);
    final int cached = lease.tokens();
    append(lease, tokens, cached, tokens.length - cached);
    return lease;
  }

  static void append(
      final PrefixLease lease, final int[] tokens, final int offset, final int length) {
    if (!lease.reserve(length)) {
      throw new IllegalStateException("the pool is too small: tokens=" + lease.tokens());
    }
    if (lease.copyFrom() >= 0) {
      lease.copyDone();
    }
    lease.commit(tokens, offset, length);
  }
}
