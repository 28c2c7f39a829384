package dev.coppice.kvcache;

import static dev.coppice.kvcache.CacheFixture.SPACE;
import static dev.coppice.kvcache.CacheFixture.append;
import static dev.coppice.kvcache.CacheFixture.cache;
import static dev.coppice.kvcache.CacheFixture.hold;
import static dev.coppice.kvcache.CacheFixture.range;
import static dev.coppice.kvcache.CacheFixture.table;
import static dev.coppice.kvcache.CacheFixture.then;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PrefixLeaseTest {
  @Test
  void shouldReserveWholeBlocksAndCommitIntoThem() {
    final PrefixCache cache = cache(4, 8);
    final PrefixLease lease = cache.acquire(SPACE, new int[0], 0, 0);

    assertTrue(lease.reserve(5));
    assertEquals(8, lease.reservedTokens());
    lease.commit(range(0, 6), 0, 6);

    assertEquals(6, lease.tokens());
    assertEquals(2, lease.blocks());
    assertEquals(2, cache.liveBlocks());
    assertEquals(-1, lease.copyFrom());
  }

  @Test
  void shouldChangeNothingWhenThePoolIsTooSmall() {
    final PrefixCache cache = cache(4, 4);
    final PrefixLease first = hold(cache, range(0, 9));
    final PrefixLease second = first.fork(0);
    final int[] before = table(second);

    assertFalse(second.reserve(8));

    assertArrayEquals(before, table(second));
    assertEquals(9, second.reservedTokens());
    assertEquals(-1, second.copyFrom());
    assertEquals(1, cache.freeBlocks());
    assertEquals(0, cache.stats().blocksCopied());
    cache.checkIntegrity();
    assertTrue(second.reserve(3));
  }

  @Test
  void shouldShareEveryBlockWithAForkAndCopyNone() {
    final PrefixCache cache = cache(4, 16);
    final PrefixLease parent = hold(cache, range(0, 10));

    final PrefixLease child = parent.fork(1);

    assertArrayEquals(table(parent), table(child));
    assertEquals(10, child.tokens());
    assertEquals(3, cache.liveBlocks());
    assertEquals(1, cache.stats().forks());
    assertEquals(0, cache.stats().blocksCopied());
  }

  @Test
  void shouldCopyOnlyThePartialBlockAndNotForTheLastHolder() {
    final PrefixCache cache = cache(4, 16);
    final PrefixLease a = hold(cache, range(0, 10));
    final PrefixLease b = a.fork(1);
    final PrefixLease c = a.fork(2);
    final int shared = a.block(2);

    assertTrue(b.reserve(1));
    assertEquals(shared, b.copyFrom());
    assertEquals(b.block(2), b.copyTo());
    assertEquals(2, b.copyTokens());
    assertTrue(a.reserve(1));
    assertEquals(shared, a.copyFrom());
    assertTrue(c.reserve(1));
    assertEquals(-1, c.copyFrom());

    assertEquals(shared, c.block(2));
    assertEquals(2, cache.stats().blocksCopied());
    assertEquals(a.block(1), b.block(1));
    a.copyDone();
    b.copyDone();
    cache.checkIntegrity();
  }

  @Test
  void shouldKeepTheSourceOfACopyUntilItIsDone() {
    final PrefixCache cache = cache(4, 3);
    final PrefixLease a = hold(cache, range(0, 2));
    final PrefixLease b = a.fork(1);
    assertTrue(b.reserve(1));
    a.close();

    assertEquals(2, cache.liveBlocks());
    assertFalse(b.reserve(10));
    b.copyDone();

    assertEquals(1, cache.liveBlocks());
    assertTrue(b.reserve(10));
    cache.checkIntegrity();
  }

  @Test
  void shouldRefuseToCommitOrForkWhileACopyIsPending() {
    final PrefixCache cache = cache(4, 8);
    final PrefixLease parent = hold(cache, 1, 2);
    final PrefixLease child = parent.fork(1);
    assertTrue(child.reserve(1));

    assertThrows(IllegalStateException.class, () -> child.commit(3));
    assertThrows(IllegalStateException.class, () -> child.fork(2));
    child.copyDone();
    child.commit(3);

    assertEquals(3, child.tokens());
    assertThrows(IllegalStateException.class, child::copyDone);
  }

  @Test
  void shouldTakeTheRoomInATailFromBothUntilOneIsAlone() {
    final PrefixCache cache = cache(4, 8);
    final PrefixLease parent = hold(cache, 1, 2);
    assertEquals(4, parent.reservedTokens());

    final PrefixLease child = parent.fork(1);
    assertEquals(2, parent.reservedTokens());
    assertEquals(2, child.reservedTokens());
    assertThrows(IllegalStateException.class, () -> parent.commit(3));
    child.close();

    assertEquals(4, parent.reservedTokens());
  }

  @Test
  void shouldKeepReservedBlocksThroughAForkAndACopy() {
    final PrefixCache cache = cache(4, 8);
    final PrefixLease parent = hold(cache, 1, 2);
    assertTrue(parent.reserve(9));
    final int second = parent.block(1);

    final PrefixLease child = parent.fork(1);
    assertEquals(1, child.blocks());
    append(parent, range(3, 12));

    assertEquals(second, parent.block(1));
    assertNotEquals(child.block(0), parent.block(0));
    append(child, range(30, 35));
    assertNotEquals(second, child.block(1));
    cache.checkIntegrity();
  }

  @Test
  void shouldKeepItsOwnBlockWhenAnEqualOneIsThere() {
    final PrefixCache cache = cache(4, 8);
    final PrefixLease a = hold(cache);
    final PrefixLease b = hold(cache);
    append(a, range(0, 4));
    final int own;
    assertTrue(b.reserve(4));
    own = b.block(0);

    b.commit(range(0, 4), 0, 4);

    assertEquals(own, b.block(0));
    assertEquals(2, cache.liveBlocks());
    append(b, range(4, 8));
    assertEquals(8, CacheFixture.match(cache, range(0, 8)), "found below either of the equals");
    cache.checkIntegrity();
  }

  @Test
  void shouldOnlyAppendToTheBlockTable() {
    final PrefixCache cache = cache(2, 16);
    final PrefixLease lease = hold(cache, 1, 2, 3, 4);
    final int[] before = table(lease);

    append(lease, 5, 6, 7);

    final int[] after = table(lease);
    assertArrayEquals(before, java.util.Arrays.copyOf(after, 2));
    for (int i = 0; i < after.length; i++) {
      assertEquals(after[i], lease.block(i));
    }
    assertThrows(IndexOutOfBoundsException.class, () -> lease.block(4));
  }

  @Test
  void shouldFreeTheTailAndKeepFullBlocksWhenClosed() {
    final PrefixCache cache = cache(4, 8);
    final PrefixLease lease = hold(cache, range(0, 10));
    assertTrue(lease.reserve(6));

    lease.close();

    assertEquals(0, cache.liveBlocks());
    assertEquals(2, cache.evictableBlocks());
    assertEquals(6, cache.freeBlocks());
  }

  @Test
  void shouldThrowWhenUsedAfterClose() {
    final PrefixLease lease = hold(cache(4, 8), 1);
    lease.close();

    assertThrows(IllegalStateException.class, lease::close);
    assertThrows(IllegalStateException.class, () -> lease.reserve(1));
    assertThrows(IllegalStateException.class, () -> lease.commit(1));
    assertThrows(IllegalStateException.class, () -> lease.fork(1));
    assertThrows(IllegalStateException.class, () -> lease.block(0));
    assertThrows(IllegalStateException.class, () -> lease.owner(1));
  }

  @Test
  void shouldThrowWhenASequenceExceedsTheLongest() {
    final PrefixCache cache = new PrefixCache(new KvCacheConfig(4, 8, 2, 6), BlockTimeSink.NONE);
    final PrefixLease lease = hold(cache, 1, 2, 3, 4, 5);

    final IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> lease.reserve(2));

    assertTrue(e.getMessage().contains("maxTokensPerLease=6"), e.getMessage());
    assertEquals(6, lease.reservedTokens());
    assertThrows(IllegalArgumentException.class, () -> lease.reserve(-1));
  }

  @Test
  void shouldReturnNoForkWhenNoLeaseIsLeft() {
    final PrefixCache cache = new PrefixCache(new KvCacheConfig(4, 8, 1, 8), BlockTimeSink.NONE);
    final PrefixLease lease = hold(cache, 1);

    assertNull(lease.fork(1));

    cache.checkIntegrity();
    lease.close();
    assertNotNull(cache.acquire(new CacheNamespace(0, 0, 0), new int[0], 0, 1));
  }

  @Test
  void shouldLeaseBranchesApartAfterAFork() {
    final PrefixCache cache = cache(4, 16);
    final PrefixLease a = hold(cache, range(0, 6));
    final PrefixLease b = a.fork(1);

    append(a, 10, 11);
    append(b, 20, 21);

    assertEquals(8, CacheFixture.match(cache, then(range(0, 6), 10, 11)));
    assertEquals(8, CacheFixture.match(cache, then(range(0, 6), 20, 21)));
    assertEquals(4, CacheFixture.match(cache, then(range(0, 6), 10, 21)));
  }
}
