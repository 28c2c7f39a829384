package dev.coppice.kvcache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.kvcache.CacheModel.Sequence;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A million random operations against {@link CacheModel}, with a good hash and with a bad one. */
class PrefixCachePropertyTest {
  private static final int NAMESPACES = 3;
  private static final BlockHash FOUR_BITS =
      (key, tokens, offset, length) -> BlockHash.FAST.hash(key, tokens, offset, length) & 15;
  private static final BlockHash CONSTANT = (key, tokens, offset, length) -> -1;

  @ParameterizedTest(name = "{0} hash, S={1}, {2} blocks, {3} tokens, {4} operations, seed {5}")
  @CsvSource({
    "FAST,      4,  64, 2, 250000, 101",
    "FAST,      4,  24, 2, 150000, 102",
    "FAST,      1,  48, 3, 100000, 103",
    "FAST,     16, 128, 2, 100000, 104",
    "FOUR_BITS, 4,  64, 2, 250000, 105",
    "FOUR_BITS, 2, 200, 3, 150000, 106",
    "FOUR_BITS, 8,   9, 2, 100000, 107",
    "CONSTANT,  4,  40, 2,  50000, 108",
  })
  void shouldAgreeWithTheModelInEveryOperation(
      final String hash,
      final int blockTokens,
      final int blocks,
      final int vocabulary,
      final int operations,
      final long seed) {
    final BlockHash function =
        switch (hash) {
          case "FAST" -> BlockHash.FAST;
          case "FOUR_BITS" -> FOUR_BITS;
          default -> CONSTANT;
        };
    final Map<Integer, Long> time = new HashMap<>();
    final PrefixCache cache =
        new PrefixCache(
            new KvCacheConfig(blockTokens, blocks, 12, blockTokens * 7 + 1),
            (owner, blockNs) -> time.merge(owner, blockNs, Long::sum),
            function);
    final Driver driver = new Driver(cache, vocabulary, seed);
    for (int i = 0; i < operations; i++) {
      try {
        driver.step();
        assertEquals(
            cache.capacityBlocks(),
            cache.freeBlocks() + cache.liveBlocks() + cache.evictableBlocks(),
            "free + live + evictable = capacity");
        if (i % 31 == 0) {
          cache.checkIntegrity(); // references = holders, among others
        }
      } catch (final AssertionError | RuntimeException e) {
        throw new AssertionError("seed=" + seed + " operation=" + i + ": " + e.getMessage(), e);
      }
    }
    driver.finish();
    assertEquals(driver.model.time, time, "block time per owner, seed=" + seed);
    assertEquals(
        cache.stats().liveBlockNs(),
        time.values().stream().mapToLong(t -> t).sum(),
        "sum over owners = integral of live blocks, seed=" + seed);
  }

  /** Chooses operations; about as many are opened as are closed. */
  private static final class Driver {
    final CacheModel model;
    private final PrefixCache cache;
    private final SplittableRandom random;
    private final int vocabulary;
    private final int[][] scripts = new int[4][];

    Driver(final PrefixCache cache, final int vocabulary, final long seed) {
      this.cache = cache;
      this.vocabulary = vocabulary;
      random = new SplittableRandom(seed);
      model = new CacheModel(cache);
      for (int i = 0; i < scripts.length; i++) {
        scripts[i] = random.ints(cache.config().maxTokensPerLease(), 0, vocabulary).toArray();
      }
    }

    void step() {
      final int choice = random.nextInt(1000);
      if (model.open.isEmpty() || choice < 150) {
        model.acquire(namespace(), tokens(cache.config().maxTokensPerLease()), random.nextInt(5));
      } else if (choice < 400) {
        reserve(pick());
      } else if (choice < 720) {
        commit(pick());
      } else if (choice < 830) {
        fork(pick());
      } else if (choice < 980) {
        model.close(pick());
      } else if (choice < 984) {
        model.drop(namespace());
      } else if (choice < 986) {
        model.flush();
      } else {
        model.copy(pick());
      }
      model.advance(random.nextInt(100));
      model.verify(model.open.isEmpty() ? null : pick());
    }

    void finish() {
      model.open.forEach(model::copy);
      model.open.forEach(model::verify);
      model.flush();
      List.copyOf(model.open).forEach(model::close);
      model.verify(null);
      cache.checkIntegrity();
    }

    private void reserve(final Sequence sequence) {
      final int most = cache.config().maxTokensPerLease() - sequence.size();
      model.reserve(sequence, random.nextInt(1 + Math.min(most, 1 + random.nextInt(40))));
    }

    private void fork(final Sequence sequence) {
      model.copy(sequence);
      model.fork(sequence, random.nextInt(5));
    }

    /** Copies are done in any order, but all of them before a forward pass. */
    private void commit(final Sequence sequence) {
      model.open.forEach(model::copy);
      final int room = model.room(sequence);
      if (room > 0) {
        model.commit(sequence, continuation(sequence, 1 + random.nextInt(room)));
      }
    }

    private CacheNamespace namespace() {
      return new CacheNamespace(random.nextInt(NAMESPACES), 0, 0);
    }

    private Sequence pick() {
      return model.open.get(random.nextInt(model.open.size()));
    }

    private int[] tokens(final int most) {
      final int[] script = scripts[random.nextInt(scripts.length)].clone();
      if (random.nextBoolean()) {
        script[random.nextInt(script.length)] = random.nextInt(vocabulary);
      }
      return java.util.Arrays.copyOf(script, random.nextInt(most + 1));
    }

    /** Mostly follows a script, so that equal blocks are computed at the same time. */
    private int[] continuation(final Sequence sequence, final int count) {
      final int[] script = scripts[random.nextInt(scripts.length)];
      final int[] tokens = new int[count];
      for (int i = 0; i < count; i++) {
        tokens[i] =
            random.nextInt(8) == 0 ? random.nextInt(vocabulary) : script[sequence.size() + i];
      }
      return tokens;
    }
  }
}
