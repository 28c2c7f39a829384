package dev.coppice.training.policy;

import java.util.Arrays;
import java.util.List;

/**
 * Lists what a pass is to predict, with its coefficients.
 *
 * <p>Several tokens may be predicted from one row: the last token before a fork predicts the first
 * token of every child. Logits are needed of the rows that predict alone, which are few where prompts
 * are long, and then they are most of a pass's memory: with a vocabulary of 49,152 a row of logits is
 * as wide as 85 rows of a small model.
 *
 * @shape per target N: cells, logprobs, positive, negative, weight, imitation, stale; per predicting
 *     row P: rows, rowWeight
 */
final class LossTargets {
  /** The rows that predict, rising. */
  final int[] rows;

  /** Places in the logits of the predicting rows, laid end to end. */
  final long[] cells;

  final float[] logprobs;
  final float[] positive;
  final float[] negative;
  final float[] weight;
  final float[] imitation;
  final boolean[] stale;
  final float[] rowWeight;
  final double weightSum;
  final boolean imitates;

  LossTargets(final List<PolicyTree> trees, final StripPlan plan, final int vocabulary) {
    int count = 0;
    for (final PolicyTree tree : trees) {
      for (final PolicyNode node : tree.nodes()) {
        for (int i = 0; i < node.tokens().length; i++) {
          count += node.isTrained(i) ? 1 : 0;
        }
      }
    }
    cells = new long[count];
    logprobs = new float[count];
    positive = new float[count];
    negative = new float[count];
    weight = new float[count];
    imitation = new float[count];
    stale = new boolean[count];
    final int[] predicting = new int[count];
    int at = 0;
    int row = plan.opening();
    double sum = 0;
    boolean imitated = false;
    for (final PolicyTree tree : trees) {
      for (final PolicyNode node : tree.nodes()) {
        final int first = node.parent() < 0 ? plan.opening() : 0;
        for (int i = first; i < node.tokens().length; i++, row++) {
          if (node.isTrained(i)) {
            predicting[at] = plan.previous()[row];
            cells[at] = node.tokens()[i];
            logprobs[at] = node.logprobs()[i];
            positive[at] = node.coefficients().positive()[i];
            negative[at] = node.coefficients().negative()[i];
            weight[at] = node.coefficients().weight()[i];
            imitation[at] =
                node.coefficients().imitation() == null ? 0f : node.coefficients().imitation()[i];
            imitated |= imitation[at] != 0;
            stale[at] = node.stale() != null && node.stale()[i];
            sum += weight[at];
            at++;
          }
        }
      }
    }
    rows = Arrays.stream(predicting).sorted().distinct().toArray();
    rowWeight = new float[rows.length];
    for (int i = 0; i < count; i++) {
      final int place = Arrays.binarySearch(rows, predicting[i]);
      cells[i] += (long) place * vocabulary;
      rowWeight[place] += weight[i];
    }
    weightSum = sum;
    imitates = imitated;
  }

  int count() {
    return cells.length;
  }
}
