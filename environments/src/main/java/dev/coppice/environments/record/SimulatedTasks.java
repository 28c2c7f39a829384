package dev.coppice.environments.record;

import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.Task.RuntimeContract;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Has a model imagine what the tools answer; the tools themselves are never called.
 *
 * <p>The store of real results is only read, for examples: what was imagined never enters it. Equal
 * calls in equal states of one run are answered alike. An episode is scored only where the answer
 * alone decides ({@link ToolWorld#scoresAnswerAlone}); elsewhere it has no reward, because its state
 * is as imagined as its results.
 *
 * @thread any.
 */
public final class SimulatedTasks implements Taskset {
  private static final int EXAMPLES = 3;

  private final Taskset base;
  private final ResultStore examples;
  private final Imagination imagination;
  private final StoredSet.Shape shape;
  private final Map<String, ToolResult> imagined = new ConcurrentHashMap<>();

  /**
   * Wraps a world.
   *
   * @param base that gives tasks, tools and first states: a real one or {@link RecordedTasks};
   *     closed with this one.
   * @param examples of real results, open to read, or null; closed with this one.
   * @param imagination that writes the answers.
   */
  public SimulatedTasks(
      final Taskset base, final ResultStore examples, final Imagination imagination) {
    this.base = base;
    this.examples = examples;
    this.imagination = imagination;
    this.shape = StoredSet.Shape.of(base);
  }

  @Override
  public String name() {
    return base.name();
  }

  @Override
  public int taskCount() {
    return base.taskCount();
  }

  @Override
  public Task task(final int index) {
    return base.task(index);
  }

  @Override
  public String request(final Task task) {
    return base.request(task);
  }

  @Override
  public EpisodePlan plan(final Task task) {
    return base.plan(task);
  }

  @Override
  public Solution solution(final Task task) {
    return base.solution(task);
  }

  @Override
  public ToolWorld open() {
    return new SimulatedWorld(this);
  }

  ToolWorld first() {
    return base.open();
  }

  List<ToolSpec> tools() {
    return shape.tools();
  }

  RuntimeContract contract() {
    return shape.contract();
  }

  /** Returns recorded calls of a tool with their answers. */
  List<Map.Entry<String, Map<String, Object>>> examplesOf(final String tool) {
    return examples == null ? List.of() : examples.find(key -> Keys.isCallOf(key, tool), EXAMPLES);
  }

  String complete(final String prompt, final long seed) throws Exception {
    return imagination.complete(prompt, seed);
  }

  Map<String, ToolResult> imagined() {
    return imagined;
  }

  @Override
  public void close() {
    imagination.close();
    base.close();
    if (examples != null) {
      examples.close();
    }
  }
}
