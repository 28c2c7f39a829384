package dev.coppice.bench.fork;

import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.Environments;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.episode.Episode;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** Forks a world of tools; {@code -prof gc} tells the bytes. Needs the data beside the project. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class WorldForkBenchmark {
  /** World to fork. */
  @Param({"filesystem", "retail"})
  public String world;

  private Episode episode;

  /** Starts an episode of the first task. */
  @Setup
  public void start() {
    final String shared = System.getenv().getOrDefault("COPPICE_SHARED", "../shared");
    final Path data =
        Path.of(shared).resolve(world.equals("retail") ? "data/tau2-bench/retail" : "data/bfcl");
    if (!Files.exists(data)) {
      throw new IllegalStateException("the data is not there: " + data + "; set COPPICE_SHARED");
    }
    final WorldEnvironment environment =
        (WorldEnvironment)
            Environments.create(new EnvironmentConfig(world, "", 0, 0, data.toString(), ""));
    episode = environment.start(environment.task(0), 1);
  }

  /** One fork and its close. */
  @Benchmark
  public void fork() {
    episode.fork().close();
  }
}
