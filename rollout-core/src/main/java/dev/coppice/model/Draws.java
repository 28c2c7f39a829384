package dev.coppice.model;

import java.util.Arrays;

/**
 * Holds what was drawn from the logits of one forward pass.
 *
 * <p>Row {@code r} has {@link #count(int)} draws; draw 0 continues the branch, draws 1 and following
 * are first tokens of further children. A row whose logits were not finite has none.
 *
 * @unit logprobs and entropies in nats.
 * @thread one at a time; refilled for each pass.
 */
public final class Draws {
  private int rows;
  private float[] entropy = new float[64];
  private int[] offset = new int[65];
  private int[] tokens = new int[256];
  private float[] logprobs = new float[256];

  /** Empties the draws. */
  public void clear() {
    rows = 0;
  }

  /**
   * Begins the next row.
   *
   * @param rowEntropy of its distribution in nats; NaN where the logits were not finite.
   */
  public void beginRow(final float rowEntropy) {
    if (rows + 2 > offset.length) {
      offset = Arrays.copyOf(offset, offset.length * 2);
      entropy = Arrays.copyOf(entropy, offset.length);
    }
    entropy[rows++] = rowEntropy;
    offset[rows] = offset[rows - 1];
  }

  /**
   * Adds a draw to the last row.
   *
   * @param token drawn.
   * @param logprob of the token under the sampling distribution.
   */
  public void add(final int token, final float logprob) {
    final int at = offset[rows]++;
    if (at == tokens.length) {
      tokens = Arrays.copyOf(tokens, at * 2);
      logprobs = Arrays.copyOf(logprobs, at * 2);
    }
    tokens[at] = token;
    logprobs[at] = logprob;
  }

  /**
   * Returns the number of rows.
   *
   * @return the number of rows.
   */
  public int rows() {
    return rows;
  }

  /**
   * Returns the number of draws of a row.
   *
   * @param row from 0.
   * @return the number; 0 where the logits were not finite.
   */
  public int count(final int row) {
    return offset[row + 1] - offset[row];
  }

  /**
   * Returns the entropy of a row's distribution.
   *
   * @param row from 0.
   * @return the entropy in nats, or NaN.
   */
  public float entropy(final int row) {
    return entropy[row];
  }

  /**
   * Returns a drawn token.
   *
   * @param row from 0.
   * @param draw from 0.
   * @return the token.
   */
  public int token(final int row, final int draw) {
    return tokens[offset[row] + draw];
  }

  /**
   * Returns the log-probability of a draw.
   *
   * @param row from 0.
   * @param draw from 0.
   * @return the natural logarithm of its probability under the sampling distribution.
   */
  public float logprob(final int row, final int draw) {
    return logprobs[offset[row] + draw];
  }
}
