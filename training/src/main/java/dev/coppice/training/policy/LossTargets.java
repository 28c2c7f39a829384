package dev.coppice.training.policy;

import java.util.List;

/**
 * Lists what a pass is to predict, with its coefficients.
 *
 * <p>Several tokens may be predicted from one row: the last token before a fork predicts the first
 * token of every child.
 *
 * @shape per target N: cells, logprobs, positive, negative, weight, imitation, stale; per row T: rowWeight
 */
final class LossTargets {
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
    rowWeight = new float[plan.rows()];
    int at = 0;
    int row = 0;
    double sum = 0;
    boolean imitated = false;
    for (final PolicyTree tree : trees) {
      for (final PolicyNode node : tree.nodes()) {
        for (int i = 0; i < node.tokens().length; i++, row++) {
          if (node.isTrained(i)) {
            final int before = plan.previous()[row];
            cells[at] = (long) before * vocabulary + node.tokens()[i];
            logprobs[at] = node.logprobs()[i];
            positive[at] = node.coefficients().positive()[i];
            negative[at] = node.coefficients().negative()[i];
            weight[at] = node.coefficients().weight()[i];
            imitation[at] =
                node.coefficients().imitation() == null ? 0f : node.coefficients().imitation()[i];
            imitated |= imitation[at] != 0;
            stale[at] = node.stale() != null && node.stale()[i];
            rowWeight[before] += weight[at];
            sum += weight[at];
            at++;
          }
        }
      }
    }
    weightSum = sum;
    imitates = imitated;
  }

  int count() {
    return cells.length;
  }
}
