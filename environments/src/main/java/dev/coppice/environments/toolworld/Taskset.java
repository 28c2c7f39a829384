package dev.coppice.environments.toolworld;

import dev.coppice.environments.score.GroupReward;
import dev.coppice.environments.score.Judge;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.trajectory.Task;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Offers the tasks of one kind of world, and opens instances of it.
 *
 * @thread any; implementations are immutable or thread-safe, and hold what instances share.
 */
public interface Taskset extends AutoCloseable {
  /**
   * Returns the name used in configurations and task ids.
   *
   * @return a short lower-case name.
   */
  String name();

  /**
   * Returns the number of tasks on offer.
   *
   * @return the number of tasks, at least 1.
   */
  int taskCount();

  /**
   * Returns one task; the same index always gives the same task.
   *
   * @param index of the task, from 0 to {@link #taskCount()}.
   * @return the task; its contract is the world's.
   */
  Task task(int index);

  /**
   * Returns what the policy is asked, without tools and marks.
   *
   * @param task of this set.
   * @return the request.
   */
  String request(Task task);

  /**
   * Returns the messages that stand before the policy speaks.
   *
   * @param task of this set.
   * @return messages with {@code role} and {@code content}, the last of a user: usually the request.
   */
  default List<Map<String, Object>> opening(final Task task) {
    return List.of(Map.of("role", "user", "content", request(task)));
  }

  /**
   * Returns what a simulated user is told, and nobody else.
   *
   * @param task of this set.
   * @return the script, or null where nobody is simulated.
   */
  default String script(final Task task) {
    return null;
  }

  /**
   * Returns what is known of an episode before it starts.
   *
   * @param task of this set.
   * @return the plan branching policies may use.
   */
  default EpisodePlan plan(final Task task) {
    return new EpisodePlan(0, Math.max(1, solution(task).calls().size() + 1));
  }

  /**
   * Opens an instance of the world; the caller resets and closes it.
   *
   * @return a fresh instance.
   */
  ToolWorld open();

  /**
   * Returns calls and an answer that solve a task, where they are known.
   *
   * @param task of this set.
   * @return the solution, or {@link Solution#UNKNOWN}.
   */
  default Solution solution(final Task task) {
    return Solution.UNKNOWN;
  }

  /**
   * Gives the world the model that its rewards may ask; called before the first episode.
   *
   * @param judge the model, or null where the run names none; closed by the caller.
   * @throws IllegalArgumentException if the world's rewards need one and there is none.
   */
  default void judgedBy(final Judge judge) {}

  /**
   * Returns what scores whole groups.
   *
   * @return it, or null where every end is scored alone.
   */
  default GroupReward groupReward() {
    return null;
  }

  /**
   * Returns counters of what instances took, for the ledger of the run.
   *
   * @return the counts so far by name; they only grow.
   */
  default Map<String, Long> counters() {
    return Map.of();
  }

  /** Releases what instances share. */
  @Override
  default void close() {}

  /**
   * Holds calls and an answer that solve a task.
   *
   * @param calls in order.
   * @param answer at the end.
   * @param results of the calls, where they tell this task from others that are asked alike; else
   *     empty.
   */
  record Solution(List<Call> calls, String answer, List<String> results) {
    /** Nobody knows a solution. */
    public static final Solution UNKNOWN = new Solution(List.of(), "");

    /** Copies the lists. */
    public Solution {
      calls = List.copyOf(calls);
      results = List.copyOf(results);
    }

    /**
     * Holds a solution of a task that its request tells from others.
     *
     * @param calls in order.
     * @param answer at the end.
     */
    public Solution(final List<Call> calls, final String answer) {
      this(calls, answer, List.of());
    }
  }

  /**
   * Names a call of a solution.
   *
   * @param tool to call.
   * @param arguments by name.
   */
  record Call(String tool, Map<String, Object> arguments) {
    /** Checks that nothing is missing. */
    public Call {
      Objects.requireNonNull(tool, "tool is null");
      Objects.requireNonNull(arguments, "arguments is null");
    }
  }
}
