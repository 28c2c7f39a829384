package dev.coppice.kvcache;

import static dev.coppice.kvcache.CacheFixture.SPACE;
import static dev.coppice.kvcache.CacheFixture.append;
import static dev.coppice.kvcache.CacheFixture.cache;
import static dev.coppice.kvcache.CacheFixture.hold;
import static dev.coppice.kvcache.CacheFixture.match;
import static dev.coppice.kvcache.CacheFixture.range;
import static dev.coppice.kvcache.CacheFixture.table;
import static dev.coppice.kvcache.CacheFixture.then;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrefixCacheTest {
  @Test
  void shouldShareBlocksWhenPromptsShareAPrefix() {
    final PrefixCache cache = cache(4, 16);
    final PrefixLease first = hold(cache, range(0, 12));

    final int[] prompt = then(range(0, 8), 99, 99, 99, 99);
    final PrefixLease second = cache.acquire(SPACE, prompt, prompt.length, 0);

    assertEquals(8, second.tokens());
    assertArrayEquals(java.util.Arrays.copyOf(table(first), 2), table(second));
    assertEquals(3, cache.liveBlocks());
  }

  @Test
  void shouldMatchOnlyFullBlocks() {
    final PrefixCache cache = cache(4, 16);
    hold(cache, range(0, 10));

    assertEquals(8, match(cache, range(0, 10)));
    assertEquals(8, match(cache, range(0, 30)));
    assertEquals(4, match(cache, range(0, 7)));
    assertEquals(0, match(cache, range(0, 3)));
    assertEquals(0, match(cache, range(1, 9)));
  }

  @Test
  void shouldChangeNothingWhenOnlyMatching() {
    final PrefixCache cache = cache(4, 2);
    hold(cache, range(0, 4)).close();
    hold(cache, range(10, 14)).close();

    match(cache, range(0, 4));
    hold(cache, range(20, 24));

    assertEquals(0, match(cache, range(0, 4)), "the older is evicted although it was matched");
    assertEquals(4, match(cache, range(10, 14)));
    assertEquals(3, cache.stats().lookups());
  }

  @Test
  void shouldNeverShareBetweenNamespaces() {
    final PrefixCache cache = cache(4, 16);
    hold(cache, range(0, 8));

    for (final CacheNamespace other :
        new CacheNamespace[] {
          new CacheNamespace(2, 0, 0), new CacheNamespace(1, 1, 0), new CacheNamespace(1, 0, 1)
        }) {
      assertEquals(0, cache.matchTokens(other, range(0, 8), 8), other.toString());
    }
    assertEquals(8, match(cache, range(0, 8)));
  }

  @Test
  void shouldReviveACachedPrefix() {
    final PrefixCache cache = cache(4, 8);
    hold(cache, range(0, 8)).close();
    assertEquals(2, cache.evictableBlocks());

    final PrefixLease again = cache.acquire(SPACE, range(0, 8), 8, 0);

    assertEquals(8, again.tokens());
    assertEquals(0, cache.evictableBlocks());
    assertEquals(2, cache.liveBlocks());
  }

  @Test
  void shouldEvictTheLeastRecentlyReleasedLeafFirst() {
    final PrefixCache cache = cache(4, 5);
    final PrefixLease trunk = hold(cache, range(0, 8));
    final PrefixLease left = trunk.fork(0);
    append(left, 10, 11, 12, 13);
    final PrefixLease right = trunk.fork(0);
    append(right, 20, 21, 22, 23);
    left.close();
    right.close();
    trunk.close();
    hold(cache, range(0, 12)).close();
    assertEquals(0, cache.freeBlocks());

    final PrefixLease two = hold(cache);
    assertTrue(two.reserve(8));

    assertEquals(2, cache.stats().evictedBlocks());
    assertEquals(8, match(cache, then(range(0, 8), 10, 11, 12, 13)), "oldest leaf");
    assertEquals(8, match(cache, then(range(0, 8), 20, 21, 22, 23)), "second leaf");
    assertEquals(12, match(cache, range(0, 12)), "newest leaf and its path");
    assertTrue(two.reserve(12));
    assertEquals(8, match(cache, range(0, 12)), "leaf before parent");
    cache.checkIntegrity();
  }

  @Test
  void shouldReturnNoLeaseWhenAllAreOpen() {
    final PrefixCache cache = new PrefixCache(new KvCacheConfig(4, 8, 2, 8), BlockTimeSink.NONE);
    final PrefixLease first = hold(cache, 1);
    hold(cache, 2);

    assertNull(cache.acquire(SPACE, new int[] {3}, 1, 0));
    first.close();

    assertNotNull(cache.acquire(SPACE, new int[] {3}, 1, 0));
    assertNull(cache.acquire(SPACE, new int[] {3}, 1, 0));
  }

  @Test
  void shouldForgetADroppedNamespaceAtOnce() {
    final PrefixCache cache = cache(4, 8);
    hold(cache, range(0, 8)).close();
    final PrefixLease open = hold(cache, range(20, 29));

    cache.dropNamespace(SPACE);

    assertEquals(0, match(cache, range(0, 8)));
    assertEquals(0, match(cache, range(20, 29)));
    assertEquals(0, cache.evictableBlocks());
    assertEquals(3, cache.liveBlocks());
    append(open, range(29, 36));
    final PrefixLease sibling = open.fork(1);
    open.close();
    sibling.close();
    assertEquals(8, cache.freeBlocks());
    cache.checkIntegrity();
  }

  @Test
  void shouldStartEmptyWhenADroppedNamespaceIsUsedAgain() {
    final PrefixCache cache = cache(4, 8);
    final PrefixLease stale = hold(cache, range(0, 8));
    cache.dropNamespace(SPACE);

    final PrefixLease fresh = hold(cache, range(0, 4));
    append(stale, range(8, 12));

    assertEquals(4, match(cache, range(0, 12)), "only what was computed since");
    assertEquals(4, fresh.tokens());
    stale.close();
    assertEquals(4, match(cache, range(0, 12)));
    cache.checkIntegrity();
  }

  @Test
  void shouldIgnoreDroppingANamespaceThatIsNotInUse() {
    final PrefixCache cache = cache(4, 8);

    cache.dropNamespace(new CacheNamespace(9, 9, 9));

    assertEquals(8, cache.freeBlocks());
    cache.checkIntegrity();
  }

  @Test
  void shouldCountWhatItDid() {
    final PrefixCache cache = cache(4, 3);
    final PrefixLease a = hold(cache, range(0, 6));
    final PrefixLease b = a.fork(1);
    append(b, 7);
    b.close();
    a.close();
    hold(cache, range(0, 5)).close();
    hold(cache, range(40, 52)).close();

    final CacheStats stats = cache.stats();

    assertEquals(3, stats.lookups());
    assertEquals(6 + 5 + 12, stats.queriedTokens());
    assertEquals(4, stats.hitTokens());
    assertEquals(1, stats.forks());
    assertEquals(1, stats.blocksCopied());
    assertEquals(1, stats.evictedBlocks());
  }

  @Test
  void shouldRefuseALengthBeyondTheTokens() {
    final PrefixCache cache = cache(4, 3);

    assertThrows(IndexOutOfBoundsException.class, () -> cache.acquire(SPACE, new int[2], 3, 0));
    assertThrows(NullPointerException.class, () -> cache.acquire(null, new int[2], 2, 0));
    assertEquals(0, cache.liveBlocks());
    cache.checkIntegrity();
  }

  /** Slots held over tokens of the ideal tree; the rest is one tail and one copy for each leaf. */
  @ParameterizedTest(name = "S={0}, prefix {1}, {2} branches of {3}: at most {4}")
  @CsvSource({
    "16,  512, 64,  64, 1.000",
    "16, 2048, 32,  64, 1.000",
    "16,  505, 64, 256, 1.065",
    "16,  505, 64,  64, 1.230",
    " 8,  505, 64,  64, 1.112",
    "16, 2041, 32,  64, 1.130",
  })
  void shouldHoldLittleMoreThanTheIdealTree(
      final int blockTokens,
      final int prefix,
      final int branches,
      final int suffix,
      final double most) {
    final PrefixCache cache =
        new PrefixCache(
            new KvCacheConfig(blockTokens, 4096, branches + 1, 4096), BlockTimeSink.NONE);
    final PrefixLease trunk = hold(cache, range(0, prefix));
    for (int i = 0; i < branches; i++) {
      append(trunk.fork(i), range(1000 * i, 1000 * i + suffix));
    }
    trunk.close();

    final double ratio =
        (double) cache.liveBlocks() * blockTokens / (prefix + (double) branches * suffix);

    assertTrue(ratio <= most, "ratio=" + ratio);
  }
}
