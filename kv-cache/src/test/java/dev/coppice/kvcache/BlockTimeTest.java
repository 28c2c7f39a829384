package dev.coppice.kvcache;

import static dev.coppice.kvcache.CacheFixture.SPACE;
import static dev.coppice.kvcache.CacheFixture.append;
import static dev.coppice.kvcache.CacheFixture.range;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BlockTimeTest {
  private final Map<Integer, Long> time = new HashMap<>();
  private final PrefixCache cache =
      new PrefixCache(
          new KvCacheConfig(4, 8, 4, 32),
          (owner, blockNs) -> time.merge(owner, blockNs, Long::sum));

  @Test
  void shouldAttributeToTheOwnerThatReserved() {
    final PrefixLease a = cache.acquire(SPACE, new int[0], 0, 1);
    append(a, range(0, 8));
    cache.advanceTo(10);
    final PrefixLease b = a.fork(2);
    append(b, 8);
    a.close();
    cache.advanceTo(30);

    b.close();

    assertEquals(Map.of(1, 60L, 2, 20L), time);
    assertEquals(80, cache.stats().liveBlockNs());
  }

  @Test
  void shouldAttributeToTheOwnerThatRevived() {
    final PrefixLease a = cache.acquire(SPACE, new int[0], 0, 1);
    append(a, range(0, 8));
    a.close();
    cache.advanceTo(100);
    final PrefixLease b = cache.acquire(SPACE, range(0, 8), 8, 2);
    cache.advanceTo(105);

    b.close();

    assertEquals(10L, time.get(2));
    assertEquals(0L, time.get(1));
  }

  @Test
  void shouldAttributeLaterBlocksToTheNewOwner() {
    final PrefixLease a = cache.acquire(SPACE, new int[0], 0, 1);
    append(a, range(0, 4));
    a.owner(7);
    append(a, range(4, 8));
    cache.advanceTo(5);

    cache.flush(6);

    assertEquals(Map.of(1, 6L, 7, 6L), time);
  }

  @Test
  void shouldCountEveryNanosecondOnceOverFlushes() {
    final PrefixLease a = cache.acquire(SPACE, new int[0], 0, 1);
    append(a, range(0, 4));
    cache.flush(10);
    cache.flush(10);
    cache.advanceTo(25);

    a.close();
    cache.flush(100);

    assertEquals(Map.of(1, 25L), time);
    assertEquals(25, cache.stats().liveBlockNs());
  }

  @Test
  void shouldRefuseATimeThatRunsBack() {
    cache.advanceTo(10);

    assertThrows(IllegalArgumentException.class, () -> cache.advanceTo(9));
  }
}
