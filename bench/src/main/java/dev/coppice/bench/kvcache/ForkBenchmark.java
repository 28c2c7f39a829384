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
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Forks a held lease: alone, as a wave of 64, and with the first token written after it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ForkBenchmark {
  private static final int WAVE = 64;

  /** Length of the held sequence; the odd one ends in a partial block. */
  @Param({"2048", "2055", "16384"})
  public int prefixTokens;

  private final PrefixLease[] wave = new PrefixLease[WAVE];
  private PrefixLease held;

  /** Holds one sequence. */
  @Setup
  public void hold() {
    final PrefixCache cache = CacheFixture.cache(16, 4096, 1024, 20_000);
    held = CacheFixture.hold(cache, CacheFixture.tokens(new SplittableRandom(7), prefixTokens));
  }

  /** One fork and its close. */
  @Benchmark
  public void forkHeldLease() {
    held.fork(1).close();
  }

  /** A wave of forks, all open at once, then closed; time per fork and close. */
  @Benchmark
  @OperationsPerInvocation(WAVE)
  public void forkWave() {
    for (int i = 0; i < WAVE; i++) {
      wave[i] = held.fork(i);
    }
    for (int i = 0; i < WAVE; i++) {
      wave[i].close();
    }
  }

  /** A fork that writes one token, which needs a new block or a copy, then closes. */
  @Benchmark
  public void forkAndWrite() {
    final PrefixLease child = held.fork(1);
    child.reserve(1);
    if (child.copyFrom() >= 0) {
      child.copyDone();
    }
    child.commit(17);
    child.close();
  }
}
