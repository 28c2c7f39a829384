package dev.coppice.bench.kvcache;

import dev.coppice.kvcache.PrefixCache;
import dev.coppice.kvcache.PrefixLease;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Runs one branch of many live ones through a life: closed, forked again, 64 tokens decoded.
 *
 * <p>The cost per branch with 10,000 live branches over the cost with 100 is the figure.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BranchesBenchmark {
  private static final int PREFIX = 2048;
  private static final int SUFFIX = 64;

  /** The number of branches that are live at any time. */
  @Param({"100", "10000"})
  public int branches;

  private final SplittableRandom random = new SplittableRandom(31);
  private PrefixLease trunk;
  private PrefixLease[] live;
  private int next;

  /** Forks the branches from one trunk. */
  @Setup
  public void grow() {
    final PrefixCache cache =
        CacheFixture.cache(16, PREFIX / 16 + (branches + 1) * 5, branches + 2, 4096);
    trunk = CacheFixture.hold(cache, CacheFixture.tokens(random, PREFIX));
    live = new PrefixLease[branches];
    for (int i = 0; i < branches; i++) {
      live[i] = decoded(trunk.fork(i));
    }
  }

  /** Replaces the oldest branch. */
  @Benchmark
  public void tenThousandBranches() {
    live[next].close();
    live[next] = decoded(trunk.fork(next));
    next = next + 1 == branches ? 0 : next + 1;
  }

  /** Adds a token to one branch after another, as a decode step does. */
  @Benchmark
  public void decodeStepPerBranch() {
    final PrefixLease lease = live[next];
    if (lease.tokens() == PREFIX + SUFFIX + 8) {
      lease.close();
      live[next] = decoded(trunk.fork(next));
    } else {
      step(lease);
    }
    next = next + 1 == branches ? 0 : next + 1;
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
    lease.commit(random.nextInt(CacheFixture.VOCABULARY));
  }
}
