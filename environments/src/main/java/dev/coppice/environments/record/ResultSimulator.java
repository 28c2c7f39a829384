package dev.coppice.environments.record;

/**
 * Has a model write what a tool would answer.
 *
 * @thread any; one that is not thread-safe locks itself.
 */
@FunctionalInterface
public interface ResultSimulator extends AutoCloseable {
  /**
   * Completes a prompt.
   *
   * @param prompt that describes the tool, the state, recorded examples and the call.
   * @param seed of every draw; the same prompt and seed give the same text.
   * @return the text up to its end.
   * @throws Exception if the model fails.
   */
  String complete(String prompt, long seed) throws Exception;

  /** Releases the model. */
  @Override
  default void close() {}
}
