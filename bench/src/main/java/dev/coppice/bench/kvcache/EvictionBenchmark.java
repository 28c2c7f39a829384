package dev.coppice.bench.kvcache;

import dev.coppice.kvcache.PrefixCache;
import dev.coppice.kvcache.PrefixLease;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Evicts 1,024 tokens from a full cache of 4,096 leaves to make room; the maximum is the figure.
 *
 * <p>Leaves share 512 tokens and differ in 64. Each call reserves 1,024 tokens for a new sequence;
 * beforehand, outside the measure, the cache is filled up again with a released sequence.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EvictionBenchmark {
  private static final int LEAVES = 4096;
  private static final int BLOCKS = 512 / 16 + LEAVES * 64 / 16;

  private int[][] leaves;
  private int next;
  private PrefixCache cache;
  private PrefixLease lease;

  /** Fills the cache with leaves that nobody holds. */
  @Setup
  public void fill() {
    cache = CacheFixture.cache(16, BLOCKS, 4, 2048);
    leaves = CacheFixture.sequences(21, 2 * LEAVES, 512, 576);
    for (int i = 0; i < LEAVES; i++) {
      addLeaf();
    }
  }

  private void addLeaf() {
    CacheFixture.hold(cache, leaves[next]).close();
    next = (next + 1) % leaves.length;
  }

  /** Leaves no block free, and opens the lease that asks for room. */
  @Setup(Level.Invocation)
  public void fillUp() {
    if (lease != null) {
      lease.close();
    }
    while (cache.freeBlocks() > 0) {
      addLeaf();
    }
    lease = cache.acquire(CacheFixture.NAMESPACE, leaves[0], 0, 1);
  }

  /**
   * Makes room for 1,024 tokens by eviction.
   *
   * @return whether there was room: always.
   */
  @Benchmark
  public boolean evict1024Among4096() {
    return lease.reserve(1024);
  }
}
