package dev.coppice.environments.score;

import java.util.List;
import java.util.Map;

/**
 * Answers what reward functions ask a model.
 *
 * @thread any; one that is not thread-safe locks itself.
 */
public interface Judge extends AutoCloseable {
  /**
   * Holds what the model said, and what it took.
   *
   * @param text of the answer.
   * @param promptTokens read.
   * @param sampledTokens drawn.
   */
  record Verdict(String text, int promptTokens, int sampledTokens) {}

  /**
   * Asks the model.
   *
   * @param messages each with {@code role} and {@code content}.
   * @param newTokens at most.
   * @param seed of every draw.
   * @return its answer.
   * @throws Exception if the model cannot answer, which fails the score.
   */
  Verdict ask(List<Map<String, Object>> messages, int newTokens, long seed) throws Exception;

  /** Releases the model. */
  @Override
  default void close() {}
}
