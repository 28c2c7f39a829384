package dev.coppice.model;

import dev.coppice.trajectory.SamplingSettings;
import java.util.List;
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
   * @param logprobs of the distribution drawn from; of the model's own at temperature 0; NaN of a
   *     token that was forced.
   */
  record Continuation(int[] tokens, double[] logprobs) {}

  /** Follows the tokens of a continuation and says when it ends. */
  interface Turn {
    /**
     * Takes the next token.
     *
     * @param token drawn.
     * @return false if it ends the continuation.
     */
    boolean goesOn(int token);

    /**
     * Says what follows the token taken last, whatever the model would draw.
     *
     * @return tokens to be written, usually none; asked once after each token that does not end.
     */
    int[] forced();

    /**
     * Lists the tokens that end the continuation.
     *
     * @return the ids; they are masked where the settings say so.
     */
    List<Integer> endTokens();
  }

  /**
   * Says how to continue.
   *
   * @param maxNew the most tokens to draw.
   * @param sampling settings.
   * @param seed of the draws.
   * @param turn says when the continuation ends.
   */
  record Plan(int maxNew, SamplingSettings sampling, long seed, Turn turn) {
    /** Checks the number of tokens. */
    public Plan {
      if (maxNew < 0) {
        throw new IllegalArgumentException("maxNew must not be negative: maxNew=" + maxNew);
      }
    }

    /**
     * Continues until a token ends it.
     *
     * @param maxNew the most tokens to draw.
     * @param sampling settings, which mask no end.
     * @param seed of the draws.
     * @param ends tells the tokens that end the continuation.
     */
    public Plan(
        final int maxNew,
        final SamplingSettings sampling,
        final long seed,
        final IntPredicate ends) {
      this(maxNew, sampling, seed, until(ends));
    }

    private static Turn until(final IntPredicate ends) {
      return new Turn() {
        @Override
        public boolean goesOn(final int token) {
          return !ends.test(token);
        }

        @Override
        public int[] forced() {
          return new int[0];
        }

        @Override
        public List<Integer> endTokens() {
          return List.of();
        }
      };
    }
  }

  /** Releases the model. */
  @Override
  void close();
}
