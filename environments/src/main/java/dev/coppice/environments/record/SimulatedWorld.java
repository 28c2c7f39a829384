package dev.coppice.environments.record;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Provenance;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.Task.RuntimeContract;
import java.util.List;
import java.util.Map;

/** Simulates results; its state is the first state of the real world and the WRITE calls since. */
final class SimulatedWorld implements ToolWorld {
  private static final int SUMMARY_CHARS = 4_000;
  private static final int EXAMPLE_CHARS = 600;
  private static final int HEXADECIMAL = 16;

  private final SimulatedTaskset tasks;
  private Task task;
  private long seed;
  private String summary = "";
  private String digest;

  SimulatedWorld(final SimulatedTaskset tasks) {
    this.tasks = tasks;
  }

  @Override
  public List<ToolSpec> tools() {
    return tasks.tools();
  }

  @Override
  public RuntimeContract contract() {
    return tasks.contract();
  }

  @Override
  public void reset(final Task begun, final long begunSeed) throws Exception {
    task = begun;
    seed = begunSeed;
    try (ToolWorld first = tasks.first()) {
      first.reset(task, seed);
      summary = first.summary();
      digest = StateDigest.of("simulated " + first.digest());
    }
  }

  @Override
  public ToolResult call(final ToolRequest request) throws Exception {
    final ToolSpec spec = RecordingWorld.spec(tasks.tools(), request.tool());
    if (spec == null) {
      return ToolResult.refused("there is no such tool: " + request.tool());
    }
    final String arguments = CanonicalJson.write(request.arguments());
    final String key = spec.resultKey(arguments, request.drawnIn(digest));
    ToolResult result = tasks.simulated().get(key);
    if (result == null) {
      final ToolResult made = simulate(spec, arguments, seedOf(key));
      final ToolResult earlier = tasks.simulated().putIfAbsent(key, made);
      result = earlier == null ? made : earlier;
    }
    if (spec.effect() == SideEffect.WRITE) {
      digest = StateDigest.of(key + result.text());
      final String change = "\nthen " + spec.name() + arguments + " answered " + result.text();
      summary = shortened(summary + change, SUMMARY_CHARS);
    }
    return result;
  }

  /** Draws by the call alone: groups share answers, whichever of them asks first. */
  private static long seedOf(final String key) {
    return Long.parseUnsignedLong(StateDigest.of(key), HEXADECIMAL);
  }

  private ToolResult simulate(final ToolSpec spec, final String arguments, final long seed)
      throws Exception {
    final long startNs = System.nanoTime();
    final String text = tasks.complete(prompt(spec, arguments), seed).strip();
    final long latencyUs = (System.nanoTime() - startNs) / 1_000;
    return ToolResult.ok(text).from(new Observation.Source(Provenance.SIMULATED, latencyUs));
  }

  /** Writes the prompt: schema, description, state, recorded examples, and the call last. */
  private String prompt(final ToolSpec spec, final String arguments) {
    final StringBuilder text = new StringBuilder("You are the tool ");
    text.append(spec.name()).append(". ").append(spec.description());
    text.append("\nSchema: ").append(CanonicalJson.write(spec.schema()));
    if (!spec.result().isEmpty()) {
      text.append("\nAnswer with JSON of this schema: ").append(CanonicalJson.write(spec.result()));
    }
    text.append("\nState: ").append(summary);
    for (final Map.Entry<String, Map<String, Object>> example : tasks.examplesOf(spec.name())) {
      if (example.getValue().get("text") instanceof String answer) {
        text.append("\nCall: ").append(Keys.argumentsOf(example.getKey()));
        text.append("\nAnswer: ").append(shortened(answer, EXAMPLE_CHARS));
      }
    }
    return text.append("\nCall: ").append(arguments).append("\nAnswer: ").toString();
  }

  private static String shortened(final String text, final int most) {
    return text.length() <= most ? text : text.substring(text.length() - most);
  }

  @Override
  public ToolWorld fork() {
    final SimulatedWorld fork = new SimulatedWorld(tasks);
    fork.task = task;
    fork.seed = seed;
    fork.summary = summary;
    fork.digest = digest;
    return fork;
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public String summary() {
    return summary;
  }

  @Override
  public Score reward(final String answer, final SeenResults seen) throws Exception {
    try (ToolWorld first = tasks.first()) {
      if (!first.scoresAnswerAlone()) {
        return Score.NONE;
      }
      first.reset(task, seed);
      return first.reward(answer, seen);
    }
  }
}
