package dev.coppice.episode;

import dev.coppice.trajectory.Task;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Offers tasks and starts their episodes.
 *
 * @thread {@link #start} is called from the engine thread; implementations are immutable or
 *     thread-safe.
 */
public interface Environment extends AutoCloseable {
  /**
   * Returns the name used in configurations and task ids.
   *
   * @return a short lower-case name.
   */
  String name();

  /**
   * Returns the marks by which calls and answers are found in sampled text.
   *
   * @return the marks of this environment's texts.
   */
  Dialect dialect();

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
   * @return the task.
   */
  Task task(int index);

  /**
   * Starts an episode in its initial state.
   *
   * @param task to be solved.
   * @param seed of everything random in the world.
   * @return a fresh episode.
   */
  Episode start(Task task, long seed);

  /**
   * Says which answers all samples of one path share.
   *
   * @return everything, unless the environment says otherwise.
   */
  default Sharing sharing() {
    return Sharing.EVERYTHING;
  }

  /**
   * Returns what stays of a prompt where everything read since is folded into a note of the model's own.
   *
   * @param prompt of the episode.
   * @return the whole prompt, unless the environment's notes stand for it too.
   */
  default String foldedPrompt(final String prompt) {
    return prompt;
  }

  /**
   * Is told, before the first episode, how what a tool answers is kept from being read as more than text:
   * as a special token of the model's.
   *
   * @param guard marks such places; the tokenizer, which finds them again, takes the marks away.
   */
  default void guard(final UnaryOperator<String> guard) {}

  /**
   * Returns counters of what running the environment took, for the ledger of the run.
   *
   * @return the counts so far by name; they only grow.
   */
  default Map<String, Long> counters() {
    return Map.of();
  }

  /** Releases what the environment holds. */
  @Override
  default void close() {}
}
