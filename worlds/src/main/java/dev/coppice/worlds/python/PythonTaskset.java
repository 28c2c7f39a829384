package dev.coppice.worlds.python;

import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.trajectory.Task;
import dev.coppice.worlds.sandbox.SandboxUnavailableException;
import java.util.List;
import java.util.Map;

/**
 * Offers questions that are answered with Python, run in a sandbox.
 *
 * <p>Before it offers anything it tries the sandbox. On a machine without bubblewrap, or whose kernel
 * does not let it work, the world does not start; it never runs a cell unprotected.
 *
 * @thread immutable, any thread
 * @cost one process for each branch that has run a cell, 1 to 3 MB of its own; a sandbox for each tree.
 */
public final class PythonTaskset implements Taskset {
  /** The name of this world. */
  public static final String NAME = "python";

  private static final int TYPICAL_TURNS = 3;

  private final Bubblewrap sandbox;
  private final SandboxLimits limits;
  private final CellTally tally = new CellTally();
  private final int count;
  private final long seed;

  /**
   * Tries the sandbox and draws the problems.
   *
   * @param count of tasks, at least 1.
   * @param seed of the draw of tasks.
   * @param limits of each interpreter.
   * @throws SandboxUnavailableException if there is no sandbox that holds, and why.
   */
  public PythonTaskset(final int count, final long seed, final SandboxLimits limits) {
    if (count < 1) {
      throw new IllegalArgumentException("python needs a task: count=" + count);
    }
    this.count = count;
    this.seed = seed;
    this.limits = limits;
    sandbox = Bubblewrap.find();
    SandboxProbe.run(sandbox, limits);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int taskCount() {
    return count;
  }

  @Override
  public Task task(final int index) {
    return new Task(NAME + "/" + seed + "/" + index, PythonProblems.draw(seed, index).json());
  }

  @Override
  public String request(final Task task) {
    return PythonProblem.read(task.input()).question();
  }

  @Override
  public EpisodePlan plan(final Task task) {
    return new EpisodePlan(0, TYPICAL_TURNS);
  }

  @Override
  public ToolWorld open() {
    return new PythonWorld(sandbox, limits, tally);
  }

  @Override
  public Map<String, Long> counters() {
    return tally.counters();
  }

  @Override
  public Solution solution(final Task task) {
    final PythonProblem problem = PythonProblem.read(task.input());
    final List<Call> calls =
        problem.cells().stream()
            .map(cell -> new Call(NAME, Map.<String, Object>of("code", cell)))
            .toList();
    return new Solution(calls, problem.answer());
  }

  @Override
  public void close() {
    sandbox.close();
  }
}
