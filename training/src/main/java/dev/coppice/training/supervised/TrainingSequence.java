package dev.coppice.training.supervised;

/**
 * Represents one demonstration as the trainer sees it: tokens, and how much each one counts.
 *
 * @param tokens of the sequence, at least two; not copied, must not change.
 * @param lossWeights per token, 0 for a token that is given rather than chosen; the first is never
 *     used, as nothing predicts it; not copied, must not change.
 * @shape tokens [T], lossWeights [T]
 * @thread immutable by agreement, any thread
 */
public record TrainingSequence(int[] tokens, float[] lossWeights) {

  /** Rejects sequences that are too short or whose lengths differ. */
  public TrainingSequence {
    if (tokens.length < 2 || tokens.length != lossWeights.length) {
      throw new IllegalArgumentException(
          "lengths do not fit: tokens=" + tokens.length + " lossWeights=" + lossWeights.length);
    }
  }

  /**
   * Returns the number of tokens.
   *
   * @return T.
   */
  public int length() {
    return tokens.length;
  }
}
