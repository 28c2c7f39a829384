package dev.coppice.bench.kvcache;

import dev.coppice.kvcache.PrefixCache;
import dev.coppice.kvcache.PrefixLease;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures what a branch costs among 100 live ones and among 10,000: a whole life (closed, forked
 * again, 64 tokens decoded), and one step of decoding, alone and with its block table.
 *
 * <p>An invocation visits the next 10 or 100 branches, as a step of the engine visits all: the time
 * is per branch. The cost with 10,000 live branches over the cost with 100 is the figure.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BranchesBenchmark {
  private static final int PREFIX = 2048;
  private static final int SUFFIX = 64;
  private static final int MOST = PREFIX + 2 * SUFFIX;
  private static final int LIVES = 10;
  private static final int STEPS = 100;

  /** The number of branches that are live at any time. */
  @Param({"100", "10000"})
  public int branches;

  private final int[] table = new int[MOST / 16 + 1];
  private PrefixLease trunk;
  private PrefixLease[] live;
  private int next;
  private int token;

  /** Forks the branches from one trunk. */
  @Setup
  public void grow() {
    final PrefixCache cache =
        CacheFixture.cache(16, PREFIX / 16 + (branches + 1) * 9, branches + 2, 4096);
    trunk = CacheFixture.hold(cache, CacheFixture.tokens(new SplittableRandom(31), PREFIX));
    live = new PrefixLease[branches];
    for (int i = 0; i < branches; i++) {
      live[i] = decoded(trunk.fork(i));
    }
  }

  /** Restarts all branches once they have reached their greatest length. */
  @Setup(Level.Invocation)
  public void renew() {
    if (live[next].tokens() == MOST) {
      for (int i = 0; i < branches; i++) {
        live[i].close();
      }
      for (int i = 0; i < branches; i++) {
        live[i] = decoded(trunk.fork(i));
      }
    }
  }

  /** Replaces ten branches. */
  @Benchmark
  @OperationsPerInvocation(LIVES)
  public void life() {
    for (int i = 0; i < LIVES; i++) {
      live[next].close();
      live[next] = decoded(trunk.fork(next));
      next = next + 1 == branches ? 0 : next + 1;
    }
  }

  /** Adds a token to each of a hundred branches. */
  @Benchmark
  @OperationsPerInvocation(STEPS)
  public void decodeStep() {
    for (int i = 0; i < STEPS; i++) {
      step(live[next]);
      next = next + 1 == branches ? 0 : next + 1;
    }
  }

  /**
   * Adds a token to each of a hundred branches and writes their block tables, as a pass needs them.
   *
   * @return something of the tables.
   */
  @Benchmark
  @OperationsPerInvocation(STEPS)
  public int decodeStepWithBlockTable() {
    int sum = 0;
    for (int i = 0; i < STEPS; i++) {
      step(live[next]);
      sum += table[live[next].copyBlockTable(table, 0) - 1];
      next = next + 1 == branches ? 0 : next + 1;
    }
    return sum;
  }

  private PrefixLease decoded(final PrefixLease lease) {
    for (int i = 0; i < SUFFIX; i++) {
      step(lease);
    }
    return lease;
  }

  private void step(final PrefixLease lease) {
    if (!lease.reserve(1)) {
      throw new IllegalStateException("the pool is too small: tokens=" + lease.tokens());
    }
    token = token * 0x9E3779B1 + 0x7F4A7C15;
    lease.commit(token >>> 17);
  }
}
