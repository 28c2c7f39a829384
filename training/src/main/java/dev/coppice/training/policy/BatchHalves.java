package dev.coppice.training.policy;

import java.util.List;

/**
 * Compares the gradients of a batch's two halves while the update computes them anyway.
 *
 * <p>With {@code u, v} the gradients of the halves, each over the part {@code p, q} of the batch's weight
 * it has, {@code E[u v] = |g|^2} and {@code E[p q |u - v|^2]} is the noise of the whole batch, since halves
 * share nothing but the true gradient g of what is trained, the entropy bonus included.
 *
 * @thread one.
 */
final class BatchHalves {
  private final int passes;
  private final int middle;
  private final double part;
  private float[] first;
  private UpdateReport.Halves told = UpdateReport.Halves.UNKNOWN;

  /** Cuts at the pass where half of the weight is reached most nearly. */
  BatchHalves(final List<List<PolicyTree>> passes) {
    this.passes = passes.size();
    final double whole = passes.stream().mapToDouble(BatchHalves::weight).sum();
    int best = 0;
    double bestPart = 0;
    double before = 0;
    for (int i = 1; i < passes.size(); i++) {
      before += weight(passes.get(i - 1));
      if (Math.abs(before / whole - 0.5) < Math.abs(bestPart - 0.5)) {
        best = i;
        bestPart = before / whole;
      }
    }
    middle = best;
    part = bestPart;
  }

  private static double weight(final List<PolicyTree> trees) {
    double weight = 0;
    for (final PolicyTree tree : trees) {
      for (final PolicyNode node : tree.nodes()) {
        for (final float one : node.coefficients().weight()) {
          weight += one;
        }
      }
    }
    return weight;
  }

  /** Tells whether the gradient so far is wanted. */
  boolean isDueAfter(final int done) {
    return middle > 0 && (done == middle || done == passes);
  }

  /** Takes the gradient so far. */
  void take(final float[] gradient) {
    if (first == null) {
      first = gradient;
    } else {
      told = compare(first, gradient, part);
    }
  }

  UpdateReport.Halves told() {
    return told;
  }

  /** Compares the gradient of the first part with that of the whole. */
  static UpdateReport.Halves compare(final float[] first, final float[] whole, final double part) {
    double signal = 0;
    double noise = 0;
    for (int i = 0; i < whole.length; i++) {
      final double u = first[i] / part;
      final double v = ((double) whole[i] - first[i]) / (1 - part);
      signal += u * v;
      noise += (u - v) * (u - v);
    }
    return new UpdateReport.Halves(signal, part * (1 - part) * noise);
  }
}
