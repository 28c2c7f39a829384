package dev.coppice.training.demonstration;

import java.util.Arrays;

/**
 * Collects the tokens of one demonstration with their loss weights.
 *
 * @thread one thread
 */
final class Transcript {
  private int[] tokens = new int[256];
  private float[] weights = new float[256];
  private int length;

  /** Appends text the environment writes: nothing is learned from predicting it. */
  void given(final String text) {
    chosen(text, 0f);
  }

  /** Appends text the agent writes. */
  void chosen(final String text, final float weight) {
    for (final int token : TaskVocabulary.encode(text)) {
      if (length == tokens.length) {
        tokens = Arrays.copyOf(tokens, 2 * length);
        weights = Arrays.copyOf(weights, 2 * length);
      }
      tokens[length] = token;
      weights[length++] = weight;
    }
  }

  Demonstration demonstration() {
    return new Demonstration(Arrays.copyOf(tokens, length), Arrays.copyOf(weights, length));
  }
}
