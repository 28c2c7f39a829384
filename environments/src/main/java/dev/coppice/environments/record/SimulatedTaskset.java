package dev.coppice.environments.record;

import dev.coppice.environments.forwarding.ForwardingTaskset;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.trajectory.Task.RuntimeContract;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Has a model simulate the results of tools; the tools themselves are never called.
 *
 * <p>The store of real results is only read, for examples: simulated results never enter it. Equal
 * calls in equal states of one run are answered alike. An episode is scored only where the answer
 * alone decides ({@link ToolWorld#scoresAnswerAlone}); elsewhere it has no reward, because its state
 * is simulated as its results are.
 *
 * @thread any.
 */
public final class SimulatedTaskset extends ForwardingTaskset {
  private static final int EXAMPLES = 3;

  private final ResultStore examples;
  private final ResultSimulator simulator;
  private final StoredSet.Shape shape;
  private final Map<String, ToolResult> simulated = new ConcurrentHashMap<>();

  /**
   * Wraps a world.
   *
   * @param base that gives tasks, tools and first states: a real one or {@link RecordedTaskset};
   *     closed with this one.
   * @param examples of real results, open to read, or null; closed with this one.
   * @param simulator that writes the answers.
   */
  public SimulatedTaskset(
      final Taskset base, final ResultStore examples, final ResultSimulator simulator) {
    super(base);
    this.examples = examples;
    this.simulator = simulator;
    this.shape = StoredSet.Shape.of(base);
  }

  @Override
  public ToolWorld open() {
    return new SimulatedWorld(this);
  }

  ToolWorld first() {
    return base().open();
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
    return simulator.complete(prompt, seed);
  }

  Map<String, ToolResult> simulated() {
    return simulated;
  }

  @Override
  public void close() {
    simulator.close();
    super.close();
    if (examples != null) {
      examples.close();
    }
  }
}
