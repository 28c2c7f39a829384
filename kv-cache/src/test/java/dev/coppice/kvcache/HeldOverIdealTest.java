package dev.coppice.kvcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * How much more is held than the ideal tree, which keeps every distinct token once: {@code held =
 * live blocks * S}, {@code ideal = tokens of all nodes}.
 */
final class HeldOverIdealTest {
  private static final int S = 16;
  private static final CacheNamespace SPACE = new CacheNamespace(0, 0, 0);

  private final PrefixCache cache =
      new PrefixCache(new KvCacheConfig(S, 1 << 16, 4096, 1 << 14), BlockTimeSink.NONE);
  private int nextToken;
  private int ideal;

  private void append(final PrefixLease lease, final int count) {
    assertTrue(lease.reserve(count));
    if (lease.copyFrom() >= 0) {
      lease.copyDone();
    }
    for (int i = 0; i < count; i++) {
      lease.commit(nextToken++);
    }
    ideal += count;
  }

  /** Forks a trunk into leaves and answers held tokens over ideal ones. */
  private double wave(final int prefix, final int leaves, final int own) {
    final PrefixLease trunk = cache.acquire(SPACE, new int[0], 0, 0);
    append(trunk, prefix);
    final List<PrefixLease> all = new ArrayList<>(List.of(trunk));
    for (int i = 1; i < leaves; i++) {
      all.add(trunk.fork(0));
    }
    for (final PrefixLease lease : all) {
      append(lease, own);
    }
    final double ratio = (double) cache.liveBlocks() * S / ideal;
    all.forEach(PrefixLease::close);
    ideal = 0;
    return ratio;
  }

  @Test
  void shouldHoldTheIdealTreeWhereForksFallOnBlocks() {
    assertEquals(1.0, wave(512, 32, 64));
    assertEquals(1.0, wave(2048, 8, 64));
  }

  @Test
  void shouldStayWithinATenthFromAHundredAndSixtyTokensALeaf() {
    final Random random = new Random(3);
    for (int round = 0; round < 200; round++) {
      final int prefix = 1 + random.nextInt(2048);
      final int own = 160 + random.nextInt(300);
      final int leaves = 2 + random.nextInt(63);
      final double ratio = wave(prefix, leaves, own);
      final double worst = 1 + 2.0 * (S - 1) * leaves / (prefix + (double) leaves * own);

      assertTrue(ratio <= worst, "ratio=" + ratio + " worst=" + worst + " prefix=" + prefix);
    }
    assertTrue(mean(160) <= 1.10, "mean=" + mean(160));
    assertTrue(mean(64) > 1.10, "short leaves are better than documented: mean=" + mean(64));
  }

  /** The mean over every place of the fork in its block and of the leaf's end in its own. */
  private double mean(final int own) {
    double sum = 0;
    int count = 0;
    for (int prefix = 512; prefix < 512 + S; prefix++) {
      for (int more = 0; more < S; more++) {
        sum += wave(prefix, 32, own + more);
        count++;
      }
    }
    return sum / count;
  }

  @Test
  void shouldHoldNoMoreThanTwoPartialBlocksALeafInAnyTree() {
    final long seed = new Random().nextLong();
    final Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      final List<PrefixLease> leaves = new ArrayList<>();
      leaves.add(cache.acquire(SPACE, new int[0], 0, 0));
      append(leaves.getFirst(), 1 + random.nextInt(300));
      for (int step = 0; step < 200; step++) {
        final PrefixLease lease = leaves.get(random.nextInt(leaves.size()));
        if (random.nextInt(4) == 0 && leaves.size() < 64) {
          leaves.add(lease.fork(0));
        } else {
          append(lease, 1 + random.nextInt(20));
        }
      }
      final int slack = 2 * (S - 1) * leaves.size();

      assertTrue(
          cache.liveBlocks() * S <= ideal + slack,
          "held=" + cache.liveBlocks() * S + " ideal=" + ideal + " seed=" + seed);
      leaves.forEach(PrefixLease::close);
      ideal = 0;
    }
  }
}
