package dev.coppice.environments.toolworld;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.replay.ReplayScript;
import dev.coppice.environments.replay.ScriptedEnvironment;
import dev.coppice.environments.schema.ToolSchema;
import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.tool.WorldNoise;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.Sharing;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.Task.RuntimeContract;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;

/**
 * Lets the engine run any {@link ToolWorld}, in any format of calls.
 *
 * @thread any.
 */
public final class WorldEnvironment implements ScriptedEnvironment, WorldNoise.Hearer {
  /** The prompt of a world that is given none. */
  public static final String DEFAULT_PROMPT = "<bos>{tools}\n{request}\n";

  private final Taskset taskset;
  private final CallFormat format;
  private final String template;
  private final Map<String, ToolSpec> specs = new LinkedHashMap<>();
  private final Map<String, ToolSchema> arguments = new HashMap<>();
  private final Map<String, ToolSchema> results = new HashMap<>();
  private final String schemas;
  private final RuntimeContract contract;
  private final boolean canFork;
  private final boolean repeatable;
  private final boolean judged;
  private final Set<String> afresh = new HashSet<>();
  private WorldNoise noise = WorldNoise.USUAL;
  private UnaryOperator<String> guard = UnaryOperator.identity();
  private final WorldTally tally = new WorldTally();

  /**
   * Wraps a world.
   *
   * @param taskset of the world; closed with this environment.
   * @param format of calls, observations and answers.
   * @param template of the prompt, in which {@code {request}} stands for what is asked and {@code
   *     {tools}} for the schemas of the tools.
   * @throws IllegalArgumentException if the template has no place for the request.
   * @throws dev.coppice.environments.schema.ToolSchemaException if the schema of a tool is none.
   */
  public WorldEnvironment(final Taskset taskset, final CallFormat format, final String template) {
    if (!template.contains("{request}")) {
      throw new IllegalArgumentException(
          taskset.name() + ": the prompt needs a place for the {request}: prompt=" + template);
    }
    this.taskset = taskset;
    this.format = format;
    this.template = template;
    try (ToolWorld world = taskset.open()) {
      world.tools().forEach(this::add);
      contract = world.contract();
      canFork = world.canFork();
      repeatable = world.isRepeatable();
      judged = world.judges();
      specs.keySet().stream().filter(world::drawsAfresh).forEach(afresh::add);
    }
    schemas = CanonicalJson.writeInOrder(specs.values().stream().map(ToolSpec::schema).toList());
  }

  /**
   * Wraps a world with the usual marks and prompt.
   *
   * @param taskset of the world; closed with this environment.
   */
  public WorldEnvironment(final Taskset taskset) {
    this(taskset, CallFormat.TAGS, DEFAULT_PROMPT);
  }

  @Override
  public String name() {
    return taskset.name();
  }

  @Override
  public Dialect dialect() {
    return format.dialect();
  }

  @Override
  public void noise(final WorldNoise newNoise) {
    noise = newNoise;
  }

  @Override
  public Sharing sharing() {
    return new WorldSharing(this);
  }

  /** Tells whether each sample draws a tool's answer for itself. */
  boolean drawsAfresh(final ToolSpec spec) {
    return noise.freshCalls() || (noise.freshJudges() && afresh.contains(spec.name()));
  }

  /** Tells whether each sample's end is scored for itself. */
  boolean scoresAfresh() {
    return judged && noise.freshJudges();
  }

  @Override
  public int taskCount() {
    return taskset.taskCount();
  }

  @Override
  public Task task(final int index) {
    final Task task = taskset.task(index);
    return new Task(task.id(), task.input(), contract);
  }

  @Override
  public WorldEpisode start(final Task task, final long seed) {
    try {
      return new WorldEpisode(new EpisodeContext(this, task, seed));
    } catch (final RuntimeException e) {
      throw e;
    } catch (final Exception e) {
      throw new IllegalStateException(
          "the world could not be started: task=" + task.id() + ": " + e.getMessage(), e);
    }
  }

  /** Makes the calls of the known solution. */
  @Override
  public ReplayScript script(final Task task) {
    final Taskset.Solution solution = taskset.solution(task);
    if (solution.equals(Taskset.Solution.UNKNOWN)) {
      throw new IllegalArgumentException(
          "no solution is known to replay: environment=" + name() + " task=" + task.id());
    }
    final List<String> turns = new ArrayList<>();
    solution.calls().forEach(call -> turns.add(format.call(call.tool(), call.arguments())));
    turns.add(format.answer(solution.answer()));
    return new ReplayScript(
        prompt(task), turns, solution.results().stream().map(format::observation).toList());
  }

  @Override
  public String observationClose() {
    return format.observationClose();
  }

  @Override
  public Map<String, Long> counters() {
    final Map<String, Long> counters = new LinkedHashMap<>(tally.counters());
    counters.putAll(taskset.counters());
    return counters;
  }

  @Override
  public void close() {
    taskset.close();
  }

  @Override
  public void guard(final UnaryOperator<String> newGuard) {
    guard = newGuard;
  }

  /** Writes what the policy is shown; what a tool answered stays text. */
  String observation(final String result) {
    return format.observation(guard.apply(result));
  }

  String prompt(final Task task) {
    return template.replace("{tools}", schemas).replace("{request}", taskset.request(task));
  }

  /**
   * Returns the tasks and the world.
   *
   * @return the task set.
   */
  public Taskset taskset() {
    return taskset;
  }

  /**
   * Returns the tools of the world.
   *
   * @return their descriptions, in the world's order.
   */
  public Collection<ToolSpec> tools() {
    return specs().values();
  }

  CallFormat format() {
    return format;
  }

  private void add(final ToolSpec spec) {
    specs.put(spec.name(), spec);
    arguments.put(spec.name(), ToolSchema.ofArguments(spec.name(), spec.parameters()));
    results.put(spec.name(), ToolSchema.ofResult(spec.name(), spec.result()));
  }

  ToolSchema arguments(final ToolSpec spec) {
    return arguments.get(spec.name());
  }

  ToolSchema result(final ToolSpec spec) {
    return results.get(spec.name());
  }

  Map<String, ToolSpec> specs() {
    return Collections.unmodifiableMap(specs);
  }

  boolean canFork() {
    return canFork;
  }

  boolean isRepeatable() {
    return repeatable;
  }

  WorldTally tally() {
    return tally;
  }

  /**
   * Counts what running a world took; the counts stand in {@code ledger.json}.
   *
   * @thread any.
   */
  static final class WorldTally {
    final LongAdder started = new LongAdder();
    final LongAdder copied = new LongAdder();
    final LongAdder replayed = new LongAdder();
    final LongAdder replayedCalls = new LongAdder();
    final LongAdder mismatches = new LongAdder();
    final LongAdder shared = new LongAdder();

    Map<String, Long> counters() {
      final Map<String, Long> counters = new LinkedHashMap<>();
      counters.put("worlds_started", started.sum());
      counters.put("worlds_copied", copied.sum());
      counters.put("worlds_replayed", replayed.sum());
      counters.put("replayed_calls", replayedCalls.sum());
      counters.put("replay_mismatches", mismatches.sum());
      counters.put("shared_results", shared.sum());
      return counters;
    }
  }

  /**
   * Says which answers of a world of tools the samples of a path share.
   *
   * @thread any; immutable once the world has begun.
   */
  private static final class WorldSharing implements Sharing {
    private final WorldEnvironment world;
    private final boolean sharesAll;

    WorldSharing(final WorldEnvironment world) {
      this.world = world;
      this.sharesAll = sharesScore() && world.specs().values().stream().noneMatch(this::isOwn);
    }

    @Override
    public boolean sharesAll() {
      return sharesAll;
    }

    @Override
    public boolean sharesCall(final String text) {
      final List<CallText> calls;
      try {
        calls = world.format().notation().readAll(text);
      } catch (final IllegalArgumentException e) {
        return true; // The refusal is the same for all.
      }
      return calls.stream()
          .map(call -> world.specs().get(call.tool()))
          .noneMatch(spec -> spec != null && isOwn(spec));
    }

    private boolean isOwn(final ToolSpec spec) {
      return world.drawsAfresh(spec)
          || (spec.effect() == SideEffect.WRITE && !world.isRepeatable());
    }

    @Override
    public boolean sharesScore() {
      return !world.scoresAfresh();
    }
  }
}
