package dev.coppice.remote.work;

import dev.coppice.remote.protocol.ServerAnswer;

/**
 * Holds what a server told of the distribution of one token: all of it, or its likeliest tokens.
 *
 * <p>Of the likeliest tokens alone the entropy is bounded: the mass m of the others adds at least {@code
 * m log(1/m)}, if it were one token, and that bound is what decides.
 *
 * @unit nats.
 * @thread any; immutable.
 */
final class RowDistribution {
  /** A row is whole if less mass than this is missing. */
  private static final double WHOLE = 1e-3;

  private final int[] tokens;
  private final float[] logprobs;
  private final double total;
  private final double entropy;

  private RowDistribution(
      final int[] tokens, final float[] logprobs, final double total, final double entropy) {
    this.tokens = tokens;
    this.logprobs = logprobs;
    this.total = total;
    this.entropy = entropy;
  }

  static RowDistribution of(final ServerAnswer answer) {
    final int length = answer.rowLength();
    final int[] tokens = new int[length];
    final float[] logprobs = new float[length];
    double total = 0;
    double weighted = 0;
    for (int i = 0; i < length; i++) {
      tokens[i] = answer.rowToken(i);
      logprobs[i] = answer.rowLogprob(i);
      final double p = Math.exp(logprobs[i]);
      if (p > 0) {
        total += p;
        weighted += p * logprobs[i];
      }
    }
    final double tail = Math.max(0, 1 - total);
    final double entropy =
        tail < WHOLE ? Math.log(total) - weighted / total : -weighted - tail * Math.log(tail);
    return new RowDistribution(tokens, logprobs, total, Math.max(0, entropy));
  }

  boolean isWhole() {
    return total > 1 - WHOLE;
  }

  /** The entropy, or its lower bound where the row is not whole. */
  double entropy() {
    return entropy;
  }

  /** Finds the index of the token a uniform number decides for. */
  int draw(final double uniform) {
    double sum = 0;
    int last = 0;
    for (int i = 0; i < tokens.length; i++) {
      final double p = Math.exp(logprobs[i]);
      if (p > 0) {
        sum += p;
        last = i;
        if (sum > uniform * total) {
          return i;
        }
      }
    }
    return last;
  }

  int token(final int index) {
    return tokens[index];
  }

  float logprob(final int index) {
    return Math.min(0, logprobs[index]);
  }
}
