package dev.coppice.kvcache;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;

/** Short ways to fill a cache. */
final class CacheFixture {
  static final CacheNamespace SPACE = new CacheNamespace(1, 0, 0);

  private CacheFixture() {}

  static PrefixCache cache(final int blockTokens, final int blocks) {
    return new PrefixCache(
        new KvCacheConfig(blockTokens, blocks, 8, 4 * blockTokens * blocks), BlockTimeSink.NONE);
  }

  /** The tokens {@code from, from + 1, ... to - 1}. */
  static int[] range(final int from, final int to) {
    return IntStream.range(from, to).toArray();
  }

  static int[] then(final int[] head, final int... tail) {
    return IntStream.concat(IntStream.of(head), IntStream.of(tail)).toArray();
  }

  /** Leases a sequence and commits what of it is not cached. */
  static PrefixLease hold(final PrefixCache cache, final int... tokens) {
    final PrefixLease lease = cache.acquire(SPACE, tokens, tokens.length, 0);
    final int cached = lease.tokens();
    append(lease, java.util.Arrays.copyOfRange(tokens, cached, tokens.length));
    return lease;
  }

  static void append(final PrefixLease lease, final int... tokens) {
    assertTrue(lease.reserve(tokens.length), "room for " + tokens.length);
    if (lease.copyFrom() >= 0) {
      lease.copyDone();
    }
    lease.commit(tokens, 0, tokens.length);
  }

  static int[] table(final PrefixLease lease) {
    final int[] table = new int[lease.blocks()];
    lease.copyBlockTable(table, 0);
    return table;
  }

  static int match(final PrefixCache cache, final int... tokens) {
    return cache.matchTokens(SPACE, tokens, tokens.length);
  }
}
