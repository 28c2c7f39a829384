package dev.coppice.credit.forest;

/**
 * Carries what the copies of coalesced nodes have down their own paths back to the nodes they share.
 *
 * <p>A node of m draws stands for m copies, each of which runs on alone to a fork or a leaf. What a
 * formula gives to a copy is settled there; the node gets the mean over its copies, as a token that
 * is trained once with the number of its draws must have.
 *
 * @thread any; static.
 * @cost O(nodes + leaves).
 */
public final class CopyMeans {
  private CopyMeans() {}

  /**
   * Fills every node above the end of a run with the mean over its copies.
   *
   * @param forest the group.
   * @param value per node: given where a run ends, written elsewhere; {@code NaN} is passed over.
   * @param weight per node: the copies that end a run there.
   */
  public static void carryUp(final Forest forest, final double[] value, final double[] weight) {
    final double[] first = new double[forest.nodeCount()];
    final double[] sum = new double[forest.nodeCount()];
    final double[] mass = new double[forest.nodeCount()];
    for (int i = forest.nodeCount() - 1; i >= 0; i--) {
      if (forest.isFork(i)) {
        mass[i] = weight[i];
      } else {
        value[i] = mass[i] > 0 ? first[i] + sum[i] / mass[i] : Double.NaN;
      }
      final int above = forest.parent(i);
      if (above >= 0 && !forest.isFork(above) && !Double.isNaN(value[i]) && mass[i] > 0) {
        if (mass[above] == 0) {
          first[above] = value[i];
        }
        sum[above] += mass[i] * (value[i] - first[above]);
        mass[above] += mass[i];
      }
    }
  }

  /**
   * Counts the copies with a value where runs end.
   *
   * @param forest the group.
   * @param values below its nodes.
   * @return the weights {@link #carryUp} takes.
   */
  public static double[] counts(final Forest forest, final SubtreeValues values) {
    final double[] counts = new double[forest.nodeCount()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = values.copies(i);
    }
    return counts;
  }

  /**
   * Counts the leaves, each as often as it was drawn.
   *
   * @param forest the group.
   * @return the draws of every leaf.
   */
  public static double[] leafDraws(final Forest forest) {
    final double[] draws = new double[forest.leafCount()];
    for (int l = 0; l < draws.length; l++) {
      draws[l] = forest.leaf(l).draws();
    }
    return draws;
  }

  /**
   * Counts the leaves as often as one tree has them.
   *
   * @param forest the group.
   * @return the draws of every leaf over those of the first fork above it; see {@link #firstForks}.
   */
  public static double[] leafDrawsOfTrees(final Forest forest) {
    final int[] first = firstForks(forest);
    final double[] draws = leafDraws(forest);
    for (int l = 0; l < draws.length; l++) {
      draws[l] /= forest.draws(first[forest.leafNode(l)]);
    }
    return draws;
  }

  /**
   * Finds the trunk every node belongs to: where the first fork of its path is.
   *
   * <p>The leaves below a trunk's first fork are the leaves of one tree, or of as many as the fork has
   * draws; a leaf that no fork stands above is the whole of its tree.
   *
   * @param forest the group.
   * @return per node the first fork or leaf on its path from the root, -1 above it.
   */
  public static int[] firstForks(final Forest forest) {
    final int[] first = new int[forest.nodeCount()];
    for (int i = 0; i < first.length; i++) {
      final int above = forest.parent(i) < 0 ? -1 : first[forest.parent(i)];
      first[i] = above < 0 && forest.isFork(i) ? i : above;
    }
    return first;
  }
}
