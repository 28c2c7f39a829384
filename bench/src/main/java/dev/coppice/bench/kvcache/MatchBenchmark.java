package dev.coppice.bench.kvcache;

import dev.coppice.kvcache.PrefixCache;
import dev.coppice.kvcache.PrefixLease;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Matches a prefix among cached sequences, a different one each time.
 *
 * <p>576 among 64: four families of 16, each sharing 512 tokens. 2,176 among 4,096: 64 families of
 * 64, each sharing 2,048. All are held, as branches of a run are. These are the shapes on which the
 * trees of SGLang were measured.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MatchBenchmark {
  /** 64 sequences of 576 tokens. */
  @State(Scope.Thread)
  public static class Among64 {
    private int[][] sequences;
    private PrefixCache cache;
    private int next;

    /** Fills the cache. */
    @Setup
    public void fill() {
      sequences = CacheFixture.families(4, 16, 512, 576);
      cache = filled(sequences, 1024, 576);
    }

    int[] query() {
      next = (next + 29) & 63;
      return sequences[next];
    }
  }

  /** 4,096 sequences of 2,176 tokens. */
  @State(Scope.Thread)
  public static class Among4096 {
    private int[][] sequences;
    private PrefixCache cache;
    private int next;

    /** Fills the cache. */
    @Setup
    public void fill() {
      sequences = CacheFixture.families(64, 64, 2048, 2176);
      cache = filled(sequences, 45_000, 2176);
    }

    int[] query() {
      next = (next + 1789) & 4095;
      return sequences[next];
    }
  }

  /** 4,096 sequences of 2,176 tokens that share nothing. */
  @State(Scope.Thread)
  public static class Among4096Apart {
    private int[][] sequences;
    private PrefixCache cache;
    private int next;

    /** Fills the cache. */
    @Setup
    public void fill() {
      sequences = CacheFixture.sequences(13, 4096, 0, 2176);
      cache = filled(sequences, 4096 * 136, 2176);
    }

    int[] query() {
      next = (next + 1789) & 4095;
      return sequences[next];
    }
  }

  private static PrefixCache filled(
      final int[][] sequences, final int blocks, final int maxTokens) {
    final PrefixCache cache = CacheFixture.cache(16, blocks, sequences.length + 1, maxTokens);
    for (final int[] tokens : sequences) {
      CacheFixture.hold(cache, tokens);
    }
    return cache;
  }

  /**
   * Matches 576 tokens.
   *
   * @param state the filled cache.
   * @return the number of tokens matched.
   */
  @Benchmark
  public int match576Among64(final Among64 state) {
    return state.cache.matchTokens(CacheFixture.NAMESPACE, state.query(), 576);
  }

  /**
   * Leases 576 tokens and closes the lease.
   *
   * @param state the filled cache.
   * @return the number of tokens matched.
   */
  @Benchmark
  public int acquire576Among64(final Among64 state) {
    final PrefixLease lease = state.cache.acquire(CacheFixture.NAMESPACE, state.query(), 576, 1);
    final int tokens = lease.tokens();
    lease.close();
    return tokens;
  }

  /**
   * Matches 2,176 tokens.
   *
   * @param state the filled cache.
   * @return the number of tokens matched.
   */
  @Benchmark
  public int match2176Among4096(final Among4096 state) {
    return state.cache.matchTokens(CacheFixture.NAMESPACE, state.query(), 2176);
  }

  /**
   * Matches 2,176 tokens where no two sequences share any.
   *
   * @param state the filled cache.
   * @return the number of tokens matched.
   */
  @Benchmark
  public int match2176Among4096Apart(final Among4096Apart state) {
    return state.cache.matchTokens(CacheFixture.NAMESPACE, state.query(), 2176);
  }
}
