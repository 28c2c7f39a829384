package dev.coppice.bench.fork;

import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.Environments;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolWorld;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Calls, forks and begins a Python environment of some size, in its sandbox. Needs bubblewrap. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 3)
public class PythonForkBenchmark {
  private static final String SOURCE =
      """
      KEPT = b"".join(bytes([i %% 251]) * (1 << 20) for i in range(%d))
      tasks = [{"prompt": "count", "answer": "1"}]

      def count() -> str:
          "Counts."
          return "1"

      count.effect = "READ"

      def reward(completion, answer, **row):
          return 1.0
      """;

  /** Memory of the zygote beyond the interpreter's, in MiB. */
  @Param({"1", "180"})
  public int mib;

  private Path folder;
  private Taskset taskset;
  private ToolWorld world;

  /**
   * Starts the zygote and one episode.
   *
   * @throws Exception if the environment does not start.
   */
  @Setup
  public void start() throws Exception {
    folder = Files.createTempDirectory("coppice-bench");
    final Path file = folder.resolve("bench_env.py");
    Files.writeString(file, SOURCE.formatted(mib));
    taskset = Environments.taskset(new EnvironmentConfig(file.toString(), "", 0, 0, "", ""));
    world = begun();
  }

  private ToolWorld begun() throws Exception {
    final ToolWorld fresh = taskset.open();
    fresh.reset(taskset.task(0), 1);
    return fresh;
  }

  /**
   * One call of a READ tool.
   *
   * @return its result.
   * @throws Exception if it fails.
   */
  @Benchmark
  public ToolResult call() throws Exception {
    return world.call(new ToolRequest("count", Map.of(), 1));
  }

  /**
   * One fork, a first call of it, and its end.
   *
   * @return the result of the call.
   * @throws Exception if it fails.
   */
  @Benchmark
  public ToolResult fork() throws Exception {
    try (ToolWorld fork = world.fork()) {
      return fork.call(new ToolRequest("count", Map.of(), 1));
    }
  }

  /**
   * One episode: a fork of the zygote, its reset, and its end.
   *
   * @return the digest of the state it begins with.
   * @throws Exception if it fails.
   */
  @Benchmark
  public String episode() throws Exception {
    try (ToolWorld fresh = begun()) {
      return fresh.digest();
    }
  }

  /**
   * Ends everything.
   *
   * @throws IOException if the folder cannot be deleted.
   */
  @TearDown
  public void stop() throws IOException {
    world.close();
    taskset.close();
    Files.delete(folder.resolve("bench_env.py"));
    Files.delete(folder);
  }
}
