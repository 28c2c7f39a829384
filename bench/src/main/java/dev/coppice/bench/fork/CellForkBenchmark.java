package dev.coppice.bench.fork;

import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.Environments;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolWorld;
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

/** Forks the interpreter of world {@code python} behind some cells. Needs bubblewrap. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 3)
public class CellForkBenchmark {
  private static final String CELL = "x = globals().get('x', 0) + 1\nx";

  /** Cells before the fork. */
  @Param({"1", "50"})
  public int cells;

  private Taskset taskset;
  private ToolWorld world;

  /**
   * Runs the cells.
   *
   * @throws Exception if there is no sandbox.
   */
  @Setup
  public void start() throws Exception {
    taskset = Environments.taskset(new EnvironmentConfig("python", "", 1, 1, "", ""));
    world = taskset.open();
    world.reset(taskset.task(0), 1);
    for (int i = 0; i < cells; i++) {
      run(world);
    }
  }

  private static ToolResult run(final ToolWorld in) throws Exception {
    return in.call(new ToolRequest("python", Map.of("code", CELL), 1));
  }

  /**
   * One fork, its end included.
   *
   * @throws Exception if it fails.
   */
  @Benchmark
  public void fork() throws Exception {
    world.fork().close();
  }

  /**
   * One fork, a first cell in it, and its end.
   *
   * @return what the cell showed.
   * @throws Exception if it fails.
   */
  @Benchmark
  public ToolResult forkAndRun() throws Exception {
    try (ToolWorld fork = world.fork()) {
      return run(fork);
    }
  }

  /** Ends everything. */
  @TearDown
  public void stop() {
    world.close();
    taskset.close();
  }
}
