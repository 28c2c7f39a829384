package dev.coppice.bench.kvcache;

import dev.coppice.kvcache.PrefixCache;
import dev.coppice.kvcache.PrefixLease;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Evicts 1,024 tokens from a full cache of 4,096 leaves to make room; the worst call is the figure.
 *
 * <p>Leaves share 512 tokens and differ in 64. A pass evicts all of them, 1,024 tokens a call; then
 * the same cache is built again, outside the measure. So every call of a pass meets the same state
 * each time, and the least of its times over the passes is what the data structure costs there,
 * without what the machine did meanwhile. The worst of these is printed at the end; JMH's maximum
 * includes the machine. Nothing is allocated in a call, so the serial collector never runs in one.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EvictionBenchmark {
  private static final int LEAVES = 4096;
  private static final int SHARED = 512;
  private static final int LENGTH = 576;
  private static final int ROOM = 1024;
  private static final int BLOCKS = (SHARED + LEAVES * (LENGTH - SHARED)) / 16;
  private static final int CALLS = LEAVES * (LENGTH - SHARED) / ROOM;

  /**
   * What the leaves are like: released in the order in which they were computed; in no order, so that
   * every block misses the processor's caches; or with a first block of equal tokens, computed by all
   * at once, so that every fourth block evicted hands its place in the index to another.
   */
  @Param({"inOrder", "shuffled", "twins"})
  public String leaves;

  private final long[] least = new long[CALLS];
  private final PrefixLease[] asking = new PrefixLease[CALLS];
  private int[][] sequences;
  private int call = CALLS;
  private int passes;

  /** Draws the sequences. */
  @Setup
  public void draw() {
    sequences = CacheFixture.sequences(21, LEAVES, SHARED, LENGTH);
    if (leaves.equals("twins")) {
      for (final int[] tokens : sequences) {
        System.arraycopy(sequences[0], SHARED, tokens, SHARED, 16);
      }
    }
    Arrays.fill(least, Long.MAX_VALUE);
  }

  /** Builds the cache again once all is evicted. */
  @Setup(Level.Invocation)
  public void refill() {
    if (call < CALLS) {
      return;
    }
    call = 0;
    passes++;
    final PrefixCache cache = CacheFixture.cache(16, BLOCKS, LEAVES + CALLS, 2048);
    final PrefixLease[] open = new PrefixLease[LEAVES];
    CacheFixture.hold(cache, Arrays.copyOf(sequences[0], SHARED)).close();
    for (int i = 0; i < LEAVES; i++) {
      open[i] = cache.acquire(CacheFixture.NAMESPACE, sequences[i], SHARED, i);
    }
    for (int i = 0; i < LEAVES; i++) {
      CacheFixture.append(open[i], sequences[i], SHARED, LENGTH - SHARED);
    }
    if (leaves.equals("shuffled")) {
      shuffle(open);
    }
    for (final PrefixLease lease : open) {
      lease.close();
    }
    for (int i = 0; i < CALLS; i++) {
      asking[i] = cache.acquire(CacheFixture.NAMESPACE, sequences[0], 0, i);
    }
  }

  private static void shuffle(final PrefixLease[] open) {
    final SplittableRandom random = new SplittableRandom(5);
    for (int i = open.length - 1; i > 0; i--) {
      final int other = random.nextInt(i + 1);
      final PrefixLease lease = open[i];
      open[i] = open[other];
      open[other] = lease;
    }
  }

  /**
   * Makes room for 1,024 tokens by eviction.
   *
   * @return whether there was room: always.
   */
  @Benchmark
  public boolean evict1024Among4096() {
    final long startNs = System.nanoTime();
    final boolean done = asking[call].reserve(ROOM);
    least[call] = Math.min(least[call], System.nanoTime() - startNs);
    call++;
    return done;
  }

  /** Tells the worst state. */
  @TearDown
  public void tell() {
    final long[] sorted = least.clone();
    Arrays.sort(sorted);
    System.out.printf(
        "%n%s: %d states, each met about %d times; least time of a state: median %.1f us, worst %.1f"
            + " us%n",
        leaves, CALLS, passes, sorted[CALLS / 2] / 1e3, sorted[CALLS - 1] / 1e3);
  }
}
