package dev.coppice.environments.user;

import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.forwarding.ForwardingTaskset;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.trajectory.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Gives the tasks of a world a simulated user, who alone knows the script.
 *
 * <p>The user's first turn belongs to the task, so all trees of a group share it.
 *
 * @thread any.
 */
public final class UserTaskset extends ForwardingTaskset {
  private static final int HEXADECIMAL = 16;
  private static final int MAX_KEPT = 1 << 16;
  private static final String TEXT = "text";

  private static final ToolSpec SAY =
      new ToolSpec(
          ToolSpec.SAY,
          "Says one turn to the user, who answers.",
          SideEffect.WRITE,
          "1",
          Map.of(
              "type",
              "object",
              "properties",
              Map.of(TEXT, Map.of("type", "string")),
              "required",
              List.of(TEXT)),
          Map.of());

  private final SimulatedUser user;
  private final Map<String, String> first = new ConcurrentHashMap<>();
  private final LongAdder turns = new LongAdder();
  private final LongAdder us = new LongAdder();

  /**
   * Wraps a world.
   *
   * @param base whose tasks have scripts; closed with this one.
   * @param user who is simulated; closed with this one.
   */
  public UserTaskset(final Taskset base, final SimulatedUser user) {
    super(base);
    this.user = user;
  }

  /**
   * Gives a world a user, if its tasks have scripts for one.
   *
   * @param base any world; one that has no scripts is returned as it is.
   * @param user who is simulated.
   * @return the world with its user.
   */
  public static Taskset of(final Taskset base, final SimulatedUser user) {
    return base.script(base.task(0)) == null ? base : new UserTaskset(base, user);
  }

  @Override
  public List<Map<String, Object>> opening(final Task task) {
    final List<Map<String, Object>> messages = new ArrayList<>(base().opening(task));
    messages.add(Map.of("role", "user", "content", begun(task).getLast()));
    return messages;
  }

  @Override
  public String request(final Task task) {
    return UserMessages.text(opening(task));
  }

  /** Returns what is said before the policy speaks: the agent's greeting, and the user's first turn. */
  List<String> begun(final Task task) {
    final Map<String, Object> last = base().opening(task).getLast();
    final String greeting =
        "assistant".equals(last.get("role")) ? String.valueOf(last.get("content")) : "";
    final String known = first.get(task.id());
    final String reply =
        known != null ? known : reply(task, List.of(greeting), seedOf(StateDigest.of(task.id())));
    if (known == null && first.size() < MAX_KEPT) {
      first.put(task.id(), reply);
    }
    return List.of(greeting, reply);
  }

  static long seedOf(final String digest) {
    return Long.parseUnsignedLong(digest, HEXADECIMAL);
  }

  private String reply(final Task task, final List<String> said, final long seed) {
    try {
      return next(task, said, seed);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a simulated user spoke", e);
    } catch (final Exception e) {
      throw new IllegalStateException(
          "the simulated user said nothing: task=" + task.id() + ": " + e.getMessage(), e);
    }
  }

  String next(final Task task, final List<String> said, final long seed) throws Exception {
    final long startNs = System.nanoTime();
    final String reply = user.reply(base().script(task), said, seed);
    turns.increment();
    us.add((System.nanoTime() - startNs) / 1_000);
    return reply;
  }

  /** Asks who is there, makes the calls that are known, and tells what must be told. */
  @Override
  public Solution solution(final Task task) {
    final Solution known = base().solution(task);
    if (known.equals(Solution.UNKNOWN)) {
      return known;
    }
    final List<Call> calls = new ArrayList<>();
    calls.add(say("May I ask who you are?"));
    calls.addAll(known.calls());
    calls.add(say(known.answer().isEmpty() ? "That is done." : known.answer()));
    return new Solution(calls, "");
  }

  private static Call say(final String text) {
    return new Call(ToolSpec.SAY, Map.of(TEXT, text));
  }

  @Override
  public EpisodePlan plan(final Task task) {
    final EpisodePlan plan = base().plan(task);
    return new EpisodePlan(plan.decisionTurn(), plan.typicalTurns() + 1);
  }

  @Override
  public ToolWorld open() {
    return new UserWorld(this, base().open());
  }

  List<ToolSpec> tools(final List<ToolSpec> known) {
    final List<ToolSpec> tools = new ArrayList<>(known);
    tools.add(SAY);
    return tools;
  }

  boolean draws() {
    return user.draws();
  }

  @Override
  public Map<String, Long> counters() {
    final Map<String, Long> counters = new LinkedHashMap<>(base().counters());
    counters.put("user_turns", turns.sum());
    counters.put("user_us", us.sum());
    counters.putAll(user.counters());
    return counters;
  }

  @Override
  public void close() {
    super.close();
    user.close();
  }
}
