package dev.coppice.model;

import dev.coppice.trajectory.SamplingSettings;
import java.util.function.IntPredicate;

/**
 * Scores and continues one sequence at a time, with the model's own distribution.
 *
 * @thread one at a time.
 */
public interface SequenceModel extends AutoCloseable {
  /**
   * Returns the length of the context.
   *
   * @return the largest number of tokens in one sequence.
   */
  int contextTokens();

  /**
   * Computes the log-probability of every token given the tokens before it.
   *
   * @param tokens of the sequence, at least one.
   * @param top the number of likeliest tokens wanted at each position.
   * @return the scores.
   * @throws IllegalArgumentException if the tokens are none, too many or not in the vocabulary.
   */
  Scores score(int[] tokens, int top);

  /**
   * Continues a sequence.
   *
   * @param prompt of at least one token.
   * @param plan of the continuation.
   * @return what was drawn.
   * @throws IllegalArgumentException if the prompt is empty, or the sequence exceeds the context.
   */
  Continuation generate(int[] prompt, Plan plan);

  /**
   * Holds the scores of a sequence.
   *
   * @param logprobs of each token given those before it; NaN for the first.
   * @param topTokens the likeliest tokens at each position, likeliest first.
   * @param topLogprobs their log-probabilities.
   */
  record Scores(double[] logprobs, int[][] topTokens, double[][] topLogprobs) {}

  /**
   * Holds the continuation of a sequence.
   *
   * @param tokens drawn.
   * @param logprobs of the distribution drawn from; of the model's own at temperature 0.
   */
  record Continuation(int[] tokens, double[] logprobs) {}

  /**
   * Says how to continue.
   *
   * @param maxNew the most tokens to draw.
   * @param sampling settings.
   * @param seed of the draws.
   * @param ends tells the tokens that end the continuation.
   */
  record Plan(int maxNew, SamplingSettings sampling, long seed, IntPredicate ends) {
    /** Checks the number of tokens. */
    public Plan {
      if (maxNew < 0) {
        throw new IllegalArgumentException("maxNew must not be negative: maxNew=" + maxNew);
      }
    }
  }

  /** Releases the model. */
  @Override
  void close();
}
