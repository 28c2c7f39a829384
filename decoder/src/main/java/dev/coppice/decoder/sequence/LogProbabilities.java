package dev.coppice.decoder.sequence;

/** Turns rows of logits into log-probabilities, summing in double precision. */
final class LogProbabilities {
  private LogProbabilities() {}

  /**
   * Computes the term that turns a logit into a log-probability.
   *
   * @param logits holding the row.
   * @param offset of the row.
   * @param length of the row.
   * @return {@code log(sum(exp(logits)))}; NaN if a logit is.
   */
  static double logSumExp(final float[] logits, final int offset, final int length) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < length; i++) {
      max = Math.max(max, logits[offset + i]);
    }
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += Math.exp(logits[offset + i] - max);
    }
    return max + Math.log(sum);
  }

  /**
   * Finds the largest logits.
   *
   * @param logits holding the row.
   * @param offset of the row.
   * @param length of the row.
   * @param count wanted.
   * @return the ids, largest first; of equals the lower id first.
   */
  static int[] largest(final float[] logits, final int offset, final int length, final int count) {
    final int[] ids = new int[Math.min(count, length)];
    int found = 0;
    for (int id = 0; id < length; id++) {
      final float value = logits[offset + id];
      int at = found;
      while (at > 0 && value > logits[offset + ids[at - 1]]) {
        at--;
      }
      if (at < ids.length) {
        found = Math.min(found + 1, ids.length);
        System.arraycopy(ids, at, ids, at + 1, found - at - 1);
        ids[at] = id;
      }
    }
    return ids;
  }
}
