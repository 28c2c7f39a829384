package dev.coppice.decoder.sequence;

import dev.coppice.decoder.batch.InferenceBackend;
import dev.coppice.decoder.batch.Logits;
import dev.coppice.model.SequenceModel.Scores;

/**
 * Computes the log-probability of every token of a given sequence, under the model as it is.
 *
 * @thread one at a time.
 */
public final class Scorer {
  private static final int CHUNK_TOKENS = 64;

  private Scorer() {}

  /**
   * Scores a sequence; takes the backend's pool for itself.
   *
   * @param backend that computes.
   * @param tokens of the sequence, at least one.
   * @param top the number of most probable tokens wanted at every position, from 0.
   * @return the scores.
   * @throws IllegalArgumentException if the sequence is empty, longer than the context, or has a
   *     token outside the vocabulary.
   */
  public static Scores score(final InferenceBackend backend, final int[] tokens, final int top) {
    if (tokens.length == 0 || top < 0) {
      throw new IllegalArgumentException(
          "scoring needs tokens: tokens=" + tokens.length + " top=" + top);
    }
    final int vocabulary = backend.vocabularySize();
    final Scores scores =
        new Scores(
            new double[tokens.length], new int[tokens.length][0], new double[tokens.length][]);
    scores.logprobs()[0] = Double.NaN;
    final OneSequence sequence = new OneSequence(backend, tokens.length);
    for (int from = 0; from < tokens.length; from += CHUNK_TOKENS) {
      final int to = Math.min(tokens.length, from + CHUNK_TOKENS);
      final Logits logits = sequence.append(tokens, from, to, 0);
      for (int next = from + 1; next <= to && next < tokens.length; next++) {
        final int offset = logits.offset(next - 1 - from);
        final float[] row = logits.values();
        final double sum = LogProbabilities.logSumExp(row, offset, vocabulary);
        scores.logprobs()[next] = row[offset + tokens[next]] - sum;
        final int[] ids = LogProbabilities.largest(row, offset, vocabulary, top);
        scores.topTokens()[next] = ids;
        scores.topLogprobs()[next] = new double[ids.length];
        for (int k = 0; k < ids.length; k++) {
          scores.topLogprobs()[next][k] = row[offset + ids[k]] - sum;
        }
      }
    }
    return scores;
  }
}
