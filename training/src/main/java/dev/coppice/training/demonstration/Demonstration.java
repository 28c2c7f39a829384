package dev.coppice.training.demonstration;

import java.util.Arrays;

/**
 * Represents one demonstration.
 *
 * @param tokens from {@code <bos>} to {@code </answer>}; not copied, must not change.
 * @param lossWeights per token, 0 for what the environment wrote; not copied, must not change.
 * @shape tokens [T], lossWeights [T]
 * @thread immutable by agreement, any thread
 */
public record Demonstration(int[] tokens, float[] lossWeights) {

  /** Rejects lengths that differ. */
  public Demonstration {
    if (tokens.length != lossWeights.length) {
      throw new IllegalArgumentException(
          "lengths differ: tokens=" + tokens.length + " lossWeights=" + lossWeights.length);
    }
  }

  /**
   * Writes the demonstration as text.
   *
   * @return the text, tags included.
   */
  public String text() {
    return TaskVocabulary.decode(tokens);
  }

  @Override
  public boolean equals(final Object other) {
    return other instanceof Demonstration that
        && Arrays.equals(tokens, that.tokens)
        && Arrays.equals(lossWeights, that.lossWeights);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(tokens) + Arrays.hashCode(lossWeights);
  }
}
