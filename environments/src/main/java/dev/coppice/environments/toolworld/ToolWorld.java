package dev.coppice.environments.toolworld;

import dev.coppice.environments.tool.SeenResults;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.Task.RuntimeContract;
import java.util.List;

/**
 * Holds the state of a world of tools along one branch.
 *
 * <p>A fresh instance is {@link #reset} before anything else is asked. Whoever forks a branch forks
 * its world: afterwards the two never see each other. Only tools that declare {@code WRITE} may
 * change the state; branches share one instance for as long as none of them writes.
 *
 * <p>What must hold, and what {@code ./coppice check} tries: calls on one fork are never seen by
 * another; the same calls from the same reset lead to the same answers and the same digest; equal
 * states have equal digests, and a call that changes what a later call answers changes the digest; a
 * tool that does not declare WRITE never changes the digest.
 *
 * @thread {@link #reset}, calls of WRITE tools and {@link #close} have the instance to themselves;
 *     calls of PURE and READ tools, {@link #fork}, {@link #digest} and {@link #reward} may run at
 *     the same time, because branches share an instance. All run on tool threads and must end soon
 *     after their thread is interrupted; an instance an interrupt has broken throws from then on.
 */
public interface ToolWorld extends AutoCloseable {
  /**
   * Lists the tools; the same for every instance and every task.
   *
   * @return the tools in the order the model is shown them.
   */
  List<ToolSpec> tools();

  /**
   * Says how long the state lives.
   *
   * @return the contract, which is written into traces.
   */
  default RuntimeContract contract() {
    return RuntimeContract.PERSISTENT;
  }

  /**
   * Begins a task in its initial state, whatever happened before.
   *
   * @param task to be solved.
   * @param seed of everything random in the initial state.
   * @throws Exception if the world cannot be started.
   */
  void reset(Task task, long seed) throws Exception;

  /**
   * Runs a tool.
   *
   * <p>What the policy got wrong (no such tool, arguments that do not fit) is answered with {@link
   * ToolResult#refused}; an exception means that the tool itself failed.
   *
   * @param request names the tool and its arguments.
   * @return what the policy is shown.
   * @throws Exception if the tool fails.
   */
  ToolResult call(ToolRequest request) throws Exception;

  /**
   * Tells whether {@link #fork} works.
   *
   * @return true if the state can be copied; false has the engine replay the WRITE calls of the
   *     branch on a fresh instance, check the digest and count it.
   */
  default boolean canFork() {
    return true;
  }

  /**
   * Copies the state.
   *
   * @return a world in the same state that shares nothing mutable with this one.
   * @throws UnsupportedOperationException if {@link #canFork} is false.
   */
  default ToolWorld fork() {
    throw new UnsupportedOperationException("this world cannot fork: world=" + getClass());
  }

  /**
   * Returns a hash of the state; equal states have equal digests.
   *
   * @return a short text, such as {@code StateDigest.of(canonical)}.
   */
  String digest();

  /**
   * Describes the state in words, for a model that simulates the results of tools.
   *
   * @return a short text; the digest unless the world knows better.
   */
  default String summary() {
    return digest();
  }

  /**
   * Tells whether equal calls in equal states always give equal answers.
   *
   * @return false where answers depend on time, a network or another process; the answers of READ
   *     and PURE tools are then kept, so that siblings in equal states see equal bytes.
   */
  default boolean isRepeatable() {
    return true;
  }

  /**
   * Tells whether answers of READ and PURE tools are kept for branches in equal states.
   *
   * @return true where asking again may take long or bring another answer.
   */
  default boolean keepsResults() {
    return !isRepeatable();
  }

  /**
   * Tells whether a tool is itself a draw, as a simulated user is: its answer is then drawn once a
   * sample, unless a run says otherwise.
   *
   * @param tool the name of one of {@link #tools}.
   * @return true if samples of one path must not share an answer.
   */
  default boolean drawsAfresh(final String tool) {
    return false;
  }

  /**
   * Tells whether {@link #reward} is a draw, as that of a model that judges is: an end is then scored
   * once a sample, unless a run says otherwise.
   *
   * @return true if samples of one path must not share a score.
   */
  default boolean judges() {
    return false;
  }

  /**
   * Tells whether {@link #reward} looks at the answer and at what was seen, never at the state.
   *
   * @return true if an episode whose results were simulated can be scored all the same.
   */
  default boolean scoresAnswerAlone() {
    return false;
  }

  /**
   * Tells whether an episode that the world itself ended, by {@link ToolResult#over}, has the reward
   * that {@link #reward} gives it without an answer.
   *
   * @return false where such an episode counts as unsolved: its reward is 0.
   */
  default boolean scoresEndings() {
    return false;
  }

  /**
   * Scores the state at the end of an episode.
   *
   * @param answer the policy gave, exactly as sampled, or null where a limit or the world ended the
   *     episode; unless the world {@link #scoresEndings}, the reward of such a score is ignored, and
   *     0 takes its place.
   * @param seen the results of the episode's calls that worked.
   * @return the score.
   * @throws Exception if the world fails.
   */
  Score reward(String answer, SeenResults seen) throws Exception;

  /**
   * Scores the state for one sample, where the world {@link #judges}.
   *
   * @param answer as for {@link #reward(String, SeenResults)}.
   * @param seen as there.
   * @param sample that the score is drawn for, or {@link ToolRequest#ANY}.
   * @return the score.
   * @throws Exception if the world fails.
   */
  default Score reward(final String answer, final SeenResults seen, final long sample)
      throws Exception {
    return reward(answer, seen);
  }

  /** Releases what the world holds: processes, connections, memory. */
  @Override
  default void close() {}
}
