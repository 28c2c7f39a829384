package dev.coppice.worlds.pyenv;

import dev.coppice.draw.CounterRandom;
import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps one process of a Python environment, which holds the state.
 *
 * <p>A fork is a fork of the process. Where that would not copy everything (threads, sockets, helper
 * processes, files open for writing, shared memory), or where the process has ended, the state is made
 * again: a fresh fork of the zygote takes the path of WRITE calls, and its digest must agree.
 */
final class PythonEnvWorld implements ToolWorld {
  private static final int LONGEST_ANSWER = 200;

  private final PythonEnvTaskset tasks;
  private final ReentrantLock mending = new ReentrantLock();
  private Map<String, Object> origin;
  private Path path;
  private String digest = "";
  private volatile HostConnection process;

  /** The number of this world in its process. */
  private volatile int number;

  private volatile boolean closed;

  PythonEnvWorld(final PythonEnvTaskset tasks) {
    this.tasks = tasks;
  }

  /** Links the WRITE calls of a path, latest first. */
  private record Path(ToolRequest request, Path earlier) {
    static List<ToolRequest> inOrder(final Path latest) {
      final List<ToolRequest> requests = new ArrayList<>();
      for (Path step = latest; step != null; step = step.earlier) {
        requests.add(step.request);
      }
      return requests.reversed();
    }
  }

  @Override
  public List<ToolSpec> tools() {
    return tasks.specs();
  }

  /** Begins in a fresh fork; where chance plays a part, it is the task's and not the episode's. */
  @Override
  public void reset(final Task task, final long seed) throws Exception {
    release();
    number = 0;
    path = null;
    final int index = PythonEnvTaskset.index(task);
    origin = Map.of("op", "reset", "index", index, "seed", tasks.seedOf(index));
    process = tasks.zygote().fork();
    final Map<String, Object> answer = ask(process, origin);
    digest = digest(answer, task.id());
  }

  @Override
  public ToolResult call(final ToolRequest request) throws Exception {
    final ToolSpec spec = tasks.spec(request.tool());
    if (spec == null) {
      return ToolResult.refused("there is no such tool: " + request.tool());
    }
    final boolean writes = spec.effect() == SideEffect.WRITE;
    final HostConnection alive = alive();
    final Map<String, Object> answer;
    try {
      answer = ask(alive, question(request, writes));
    } catch (final ToolFailedException | InterruptedException e) {
      // What it did before it failed nobody knows.
      drop(alive);
      throw e;
    }
    final ToolResult result = result(request, answer);
    if (writes) {
      digest = digest(answer, digest + key(request) + result.text());
      path = new Path(request, path);
    }
    return result;
  }

  private static Map<String, Object> question(final ToolRequest request, final boolean writes) {
    final Map<String, Object> question = new HashMap<>();
    question.put("op", "call");
    question.put("tool", request.tool());
    question.put("arguments", request.arguments());
    question.put("seed", request.seed());
    question.put("writes", writes);
    return question;
  }

  private static String key(final ToolRequest request) {
    return request.tool() + CanonicalJson.write(request.arguments()) + request.seed();
  }

  /** Takes the state's own digest, or where it has none chains calls and answers. */
  private static String digest(final Map<String, Object> answer, final String chain) {
    return answer.get("digest") instanceof String known ? known : StateDigest.of("chain " + chain);
  }

  private static ToolResult result(final ToolRequest request, final Map<String, Object> answer)
      throws ToolFailedException {
    if (!(answer.get("text") instanceof String text)) {
      throw new ToolFailedException(
          ToolCall.Status.INVALID,
          "python_malformed",
          "the tool answered without a text: " + shortened(answer),
          Observation.Source.REAL);
    }
    final boolean failed = Boolean.TRUE.equals(answer.get("failed"));
    final Map<String, Object> note = new HashMap<>();
    note.put("tool", request.tool());
    note.put("arguments", request.arguments());
    note.put("text", text);
    return new ToolResult(
        ToolCall.Status.OK,
        text,
        failed ? Boolean.FALSE : null,
        Boolean.TRUE.equals(answer.get("done")),
        answer.get("reward") instanceof Number reward ? reward.doubleValue() : 0.0,
        CanonicalJson.write(note),
        Observation.Source.REAL);
  }

  private static String shortened(final Map<String, Object> answer) {
    final String text = answer.toString();
    return text.length() <= LONGEST_ANSWER ? text : text.substring(0, LONGEST_ANSWER) + "...";
  }

  private Map<String, Object> ask(final HostConnection asked, final Map<String, Object> question)
      throws ToolFailedException, InterruptedException {
    return asked.ask(number, question, tasks.limits().callTimeoutMs());
  }

  /** Asks the only world of a process. */
  private Map<String, Object> first(final HostConnection asked, final Map<String, Object> question)
      throws ToolFailedException, InterruptedException {
    return asked.ask(question, tasks.limits().callTimeoutMs());
  }

  /** Returns a process in this state; one that has ended is made again. */
  private HostConnection alive() throws Exception {
    final HostConnection current = process;
    if (isUsable(current)) {
      return current;
    }
    mending.lockInterruptibly();
    try {
      if (!isUsable(process)) {
        release();
        number = 0;
        process = rebuilt();
      }
      if (closed) {
        release();
        throw new IllegalStateException("the world was closed");
      }
      return process;
    } finally {
      mending.unlock();
    }
  }

  private boolean isUsable(final HostConnection current) {
    return current != null && !current.isOver() && tasks.isHostAlive();
  }

  /** Takes the path of this state in a fresh fork of the zygote. */
  private HostConnection rebuilt() throws Exception {
    final Zygote zygote = tasks.zygote();
    final HostConnection fresh = zygote.fork();
    try {
      Map<String, Object> answer = first(fresh, origin);
      String reached = digest(answer, tasks.task((Integer) origin.get("index")).id());
      for (final ToolRequest request : Path.inOrder(path)) {
        answer = first(fresh, question(request, true));
        reached = digest(answer, reached + key(request) + result(request, answer).text());
      }
      tasks.tally().rebuilt.increment();
      if (!reached.equals(digest)) {
        throw new ToolFailedException(
            ToolCall.Status.THREW,
            "replay_mismatch",
            "the environment's WRITE calls led to another state the second time: digest="
                + digest
                + " now="
                + reached,
            Observation.Source.REAL);
      }
      return fresh;
    } catch (final Exception | Error e) {
      zygote.release(fresh);
      throw e;
    }
  }

  @Override
  public ToolWorld fork() {
    final PythonEnvWorld fork = new PythonEnvWorld(tasks);
    fork.origin = origin;
    fork.path = path;
    fork.digest = digest;
    try {
      final long startNs = System.nanoTime();
      fork.process = copied(fork);
      tasks.tally().forkUs.add((System.nanoTime() - startNs) / 1_000);
      return fork;
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a Python environment forked", e);
    } catch (final RuntimeException e) {
      throw e;
    } catch (final Exception e) {
      throw new IllegalStateException(
          "a Python environment cannot be copied: " + e.getMessage(), e);
    }
  }

  private HostConnection copied(final PythonEnvWorld fork) throws Exception {
    final HostSettings.Copy copy = tasks.copy();
    if (copy == HostSettings.Copy.STATELESS || copy == HostSettings.Copy.PICKLE) {
      final HostConnection shared = alive();
      final String kind = copy.name().toLowerCase(Locale.ROOT);
      final Map<String, Object> answer = ask(shared, Map.of("op", "copy", "kind", kind));
      fork.number = ((Number) answer.get("world")).intValue();
      shared.hold();
      return shared;
    }
    if (copy == HostSettings.Copy.FORK) {
      final HostConnection child = tasks.zygote().fork(alive(), Zygote.REFUSED);
      if (child != null) {
        tasks.tally().forked.increment();
        return child;
      }
      tasks.tally().refused.increment();
    }
    return rebuilt();
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public boolean isRepeatable() {
    return tasks.isRepeatable();
  }

  @Override
  public boolean scoresEndings() {
    return true;
  }

  @Override
  public boolean keepsResults() {
    return true; // A tool's time is the world's own affair: it may be a search, or a server.
  }

  @Override
  public boolean judges() {
    return tasks.isJudged();
  }

  @Override
  public Score reward(final String answer, final SeenResults seen) throws Exception {
    return reward(answer, seen, ToolRequest.ANY);
  }

  /** Scores in a copy that is thrown away: scorers change their world, or close it. */
  @Override
  public Score reward(final String answer, final SeenResults seen, final long sample)
      throws Exception {
    final Map<String, Object> question = new HashMap<>();
    question.put("op", "reward");
    question.put("answer", answer);
    question.put("messages", messages(answer, seen));
    final long seed = ((Number) origin.get("seed")).longValue();
    question.put(
        "seed",
        sample == ToolRequest.ANY ? seed : CounterRandom.mix(seed, sample) & Integer.MAX_VALUE);
    question.put("apart", true);
    question.put("refuse", Zygote.REFUSED);
    final Map<String, Object> scored = tasks.scored(question, this::scoredNow);
    final Score score = score(scored);
    return tasks.ends() == null ? score : tasks.ends().kept(score, end(question));
  }

  /** Remembers what a reward that sees the whole group will read of this end. */
  private Map<String, Object> end(final Map<String, Object> question) {
    final Map<String, Object> end = new HashMap<>();
    end.put("index", origin.get("index"));
    end.put("answer", question.get("answer"));
    end.put("messages", question.get("messages"));
    return end;
  }

  private Map<String, Object> scoredNow(final Map<String, Object> question) throws Exception {
    final Map<String, Object> scored =
        alive().ask(numbered(question), tasks.limits().scoring().timeoutMs());
    return scored.containsKey("refused") ? scoredAgain(question) : scored;
  }

  private Map<String, Object> numbered(final Map<String, Object> question) {
    final Map<String, Object> named = new HashMap<>(question);
    named.put("world", number);
    return named;
  }

  /** Scores where a fork would not copy everything: in a world made for it. */
  private Map<String, Object> scoredAgain(final Map<String, Object> question) throws Exception {
    final HostConnection copy = rebuilt();
    try {
      question.put("apart", false);
      return copy.ask(question, tasks.limits().scoring().timeoutMs());
    } finally {
      tasks.zygote().release(copy);
    }
  }

  static Score score(final Map<?, ?> scored) {
    final Map<String, Double> parts = new HashMap<>();
    if (scored.get("parts") instanceof Map<?, ?> named) {
      named.forEach(
          (name, part) -> {
            if (part instanceof Number number) {
              parts.put(String.valueOf(name), number.doubleValue());
            }
          });
    }
    final double reward =
        scored.get("reward") instanceof Number number ? number.doubleValue() : Double.NaN;
    final String answer = scored.get("answer") instanceof String text ? text : null;
    return new Score(reward, parts, answer);
  }

  /** Writes the path as a chat: calls, results and the answer. */
  private static List<Map<String, Object>> messages(final String answer, final SeenResults seen) {
    final List<Map<String, Object>> messages = new ArrayList<>();
    for (final String note : seen.notes()) {
      final Map<String, Object> call = CanonicalJson.read(note);
      if (call.get("tool").equals(ToolSpec.SAY)) {
        final Object said = ((Map<?, ?>) call.get("arguments")).get("text");
        messages.add(Map.of("role", "assistant", "content", said));
        messages.add(Map.of("role", "user", "content", call.get("text")));
        continue;
      }
      final Map<String, Object> function =
          Map.of("name", call.get("tool"), "arguments", call.get("arguments"));
      messages.add(
          Map.of(
              "role",
              "assistant",
              "content",
              "",
              "tool_calls",
              List.of(Map.of("type", "function", "function", function))));
      messages.add(Map.of("role", "tool", "name", call.get("tool"), "content", call.get("text")));
    }
    if (answer != null) {
      messages.add(Map.of("role", "assistant", "content", answer));
    }
    return messages;
  }

  private void drop(final HostConnection broken) {
    tasks.release(broken);
  }

  private void release() {
    final HostConnection current = process;
    process = null;
    if (current != null && current.leave(number)) {
      tasks.release(current);
    }
  }

  @Override
  public void close() {
    closed = true;
    release();
  }
}
