package dev.coppice.worlds.pyenv;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.schema.ToolSchema;
import dev.coppice.environments.score.GroupReward;
import dev.coppice.environments.score.Judge;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Offers the tasks of a Python environment, whose worlds are forks of one zygote.
 *
 * <p>A task fixes everything that is drawn when its episode begins: all trees of a group share one
 * prompt, so they share what it shows.
 *
 * @thread any.
 * @cost a process of about 1 MB of its own for every distinct state that is alive.
 */
public final class PythonEnvTaskset implements Taskset {
  /** The name of this world. */
  public static final String NAME = "python-env";

  private static final int TYPICAL_TURNS = 4;
  private static final int MAX_KEPT = 1 << 16;
  private static final long SEEDS = 1L << 31;

  private final HostSettings settings;
  private final long seed;
  private final HostStart start;
  private final ForkTally tally = new ForkTally();
  private final Map<Integer, Asked> known = new ConcurrentHashMap<>();
  private final Map<String, ToolSpec> specs = new LinkedHashMap<>();
  private final JudgeDesk desk = new JudgeDesk();
  private final Semaphore scoring;
  private final int count;
  private final boolean judged;
  private final boolean asks;
  private final GroupEnds ends;
  private Zygote zygote;
  private boolean closed;

  /**
   * Starts a zygote and asks what there is.
   *
   * @param settings of the host.
   * @param seed of what is drawn when a task begins.
   * @throws IllegalArgumentException if the environment cannot be used, and why.
   */
  PythonEnvTaskset(final HostSettings settings, final long seed) {
    this.settings = settings;
    this.seed = seed;
    start = new HostStart(settings);
    final int most = settings.limits().scoring().most();
    scoring = most == 0 ? null : new Semaphore(most);
    try {
      final Map<String, Object> described = zygote().ask(Map.of("op", "describe"));
      count = described.get("tasks") instanceof Number tasks ? tasks.intValue() : Integer.MAX_VALUE;
      judged = Boolean.TRUE.equals(described.get("judged"));
      asks = Boolean.TRUE.equals(described.get("asks"));
      ends = Boolean.TRUE.equals(described.get("grouped")) ? new GroupEnds(this) : null;
      for (final Object tool : (List<?>) described.get("tools")) {
        add((Map<?, ?>) tool);
      }
    } catch (final ToolFailedException e) {
      close();
      throw new IllegalArgumentException(
          settings.environment() + " cannot be used: " + e.getMessage(), e);
    } catch (final InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new IllegalArgumentException("interrupted while a Python environment started", e);
    } catch (final RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Holds what the environment says of a task. */
  private record Asked(
      String prompt,
      List<Map<String, Object>> opening,
      String answer,
      String user,
      List<Call> calls) {}

  @SuppressWarnings("unchecked")
  private void add(final Map<?, ?> tool) {
    final ToolSpec spec =
        new ToolSpec(
            (String) tool.get("name"),
            (String) tool.get("description"),
            SideEffect.valueOf((String) tool.get("effect")),
            "1",
            (Map<String, Object>) tool.get("parameters"),
            Map.of());
    ToolSchema.ofArguments(spec.name(), spec.parameters());
    specs.put(spec.name(), spec);
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
    final Map<String, Object> input = new LinkedHashMap<>();
    input.put("environment", label());
    input.put("index", index);
    input.put("prompt", asked(index).prompt());
    return new Task(NAME + "/" + label() + "/" + index, CanonicalJson.write(input));
  }

  /** Names the environment as short as it can be named. */
  private String label() {
    final String name = settings.environment();
    return name.startsWith("/") ? name.substring(name.lastIndexOf('/') + 1) : name;
  }

  @Override
  public String request(final Task task) {
    return (String) CanonicalJson.read(task.input()).get("prompt");
  }

  @Override
  public List<Map<String, Object>> opening(final Task task) {
    return asked(index(task)).opening();
  }

  @Override
  public String script(final Task task) {
    return asked(index(task)).user();
  }

  @Override
  public EpisodePlan plan(final Task task) {
    final int calls = asked(index(task)).calls().size();
    return new EpisodePlan(0, specs.isEmpty() ? 1 : calls == 0 ? TYPICAL_TURNS : calls + 1);
  }

  @Override
  public Solution solution(final Task task) {
    final Asked asked = asked(index(task));
    return asked.answer() == null && asked.calls().isEmpty()
        ? Solution.UNKNOWN
        : new Solution(asked.calls(), asked.answer() == null ? "" : asked.answer());
  }

  @Override
  public ToolWorld open() {
    return new PythonEnvWorld(this);
  }

  @Override
  public Map<String, Long> counters() {
    final Map<String, Long> counters = new LinkedHashMap<>(tally.counters());
    counters.putAll(desk.counters());
    return counters;
  }

  @Override
  public void judgedBy(final Judge judge) {
    if (asks && judge == null) {
      throw new IllegalArgumentException(
          settings.environment()
              + " has a reward that asks a judge: name a model folder or an engine's address in"
              + " world.judge");
    }
    desk.seat(judge);
  }

  @Override
  public GroupReward groupReward() {
    return ends;
  }

  /** Returns what keeps ends for rewards that see groups, or null. */
  GroupEnds ends() {
    return ends;
  }

  /**
   * Has something scored: so many at a time as there may be, each with its deadline.
   *
   * @param question of a scoring; the judge's desk is added.
   * @param ask asks a process.
   */
  Map<String, Object> scored(final Map<String, Object> question, final Asking ask)
      throws Exception {
    question.put("judge", desk.isSeated() ? zygote().judgeToken() : null);
    if (scoring == null) {
      return ask.ask(question);
    }
    scoring.acquire();
    try {
      return ask.ask(question);
    } finally {
      scoring.release();
    }
  }

  /** Asks a process. */
  @FunctionalInterface
  interface Asking {
    Map<String, Object> ask(Map<String, Object> question) throws Exception;
  }

  Map<String, Object> scoredGroup(final Map<String, Object> question, final int index)
      throws Exception {
    question.put("seed", seedOf(index));
    final Zygote host = zygote();
    final HostConnection apart = host.fork();
    try {
      return scored(question, full -> apart.ask(full, settings.limits().scoring().timeoutMs()));
    } finally {
      host.release(apart);
    }
  }

  static int index(final Task task) {
    return ((Number) CanonicalJson.read(task.input()).get("index")).intValue();
  }

  /** Returns what everything drawn at the beginning of a task is drawn from. */
  long seedOf(final int index) {
    return Math.floorMod(seed * 1_000_003 + index, SEEDS);
  }

  private Asked asked(final int index) {
    final Asked kept = known.get(index);
    if (kept != null) {
      return kept;
    }
    final Asked fresh = ask(index);
    if (known.size() < MAX_KEPT) {
      known.put(index, fresh);
    }
    return fresh;
  }

  private Asked ask(final int index) {
    try {
      final Map<String, Object> task =
          zygote().ask(Map.of("op", "task", "index", index, "seed", seedOf(index)));
      final List<Call> calls = new ArrayList<>();
      if (task.get("calls") instanceof List<?> list) {
        list.forEach(call -> calls.add(call((Map<?, ?>) call)));
      }
      return new Asked(
          (String) task.get("prompt"),
          opening(task),
          (String) task.get("answer"),
          (String) task.get("user"),
          List.copyOf(calls));
    } catch (final ToolFailedException e) {
      throw new IllegalStateException(
          settings.environment() + " has no task " + index + ": " + e.getMessage(), e);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a task was asked for", e);
    }
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> opening(final Map<String, Object> task) {
    return task.get("messages") instanceof List<?> messages
        ? (List<Map<String, Object>>) messages
        : List.of(Map.of("role", "user", "content", task.get("prompt")));
  }

  @SuppressWarnings("unchecked")
  private static Call call(final Map<?, ?> call) {
    final Object arguments = call.get("arguments");
    return new Call(
        (String) call.get("tool"),
        arguments instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of());
  }

  List<ToolSpec> specs() {
    return List.copyOf(specs.values());
  }

  ToolSpec spec(final String name) {
    return specs.get(name);
  }

  HostSettings.Limits limits() {
    return settings.limits();
  }

  HostSettings.Copy copy() {
    return settings.copy();
  }

  /** Tells whether a reward is a draw: a judge's, or one that says that it is noisy. */
  boolean isJudged() {
    return judged;
  }

  boolean isRepeatable() {
    return settings.repeatable();
  }

  ForkTally tally() {
    return tally;
  }

  /** Returns the zygote; one that has ended is started again. */
  synchronized Zygote zygote() {
    if (closed) {
      throw new IllegalStateException("the Python environment was closed");
    }
    if (zygote != null && zygote.isOver()) {
      zygote.close();
      zygote = null;
    }
    if (zygote == null) {
      zygote = Zygote.start(start, settings.limits(), tally, desk);
    }
    return zygote;
  }

  /** Tells whether the host runs; when it was killed, so were all worlds that came of it. */
  synchronized boolean isHostAlive() {
    return zygote != null && !zygote.isOver();
  }

  synchronized void release(final HostConnection world) {
    world.close();
    if (zygote != null) {
      zygote.release(world);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (zygote != null) {
      zygote.close();
      zygote = null;
    }
    start.close();
  }
}
