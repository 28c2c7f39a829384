package dev.coppice.credit.oracle;

import dev.coppice.credit.GroupAdvantages;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Correlates node advantages with exact values, node by node over any number of trees.
 *
 * <p>{@link #addTree} pairs every scored node's advantage with {@code value(n) - value(parent)},
 * the exact advantage of the node where values are an oracle's. {@link #add} takes any pair.
 *
 * @thread one writer.
 * @cost 16 bytes per pair; Spearman sorts.
 */
public final class OracleCorrelation {
  private double[] estimated = new double[256];
  private double[] exact = new double[256];
  private int count;

  /**
   * Adds one pair.
   *
   * @param advantage estimated; the pair is passed over if either is {@code NaN}.
   * @param truth exact.
   */
  public void add(final double advantage, final double truth) {
    if (Double.isNaN(advantage) || Double.isNaN(truth)) {
      return;
    }
    if (count == exact.length) {
      estimated = Arrays.copyOf(estimated, 2 * count);
      exact = Arrays.copyOf(exact, 2 * count);
    }
    estimated[count] = advantage;
    exact[count++] = truth;
  }

  /**
   * Adds every sampled node of a tree against the step in exact value it made.
   *
   * @param advantages of the group.
   * @param tree place of the tree in the group.
   * @param nodeValues exact value of the state after each node, {@code NaN} where not known; the
   *     prompt's stands at its place.
   * @throws IllegalArgumentException unless there is one value per node.
   */
  public void addTree(final GroupAdvantages advantages, final int tree, final double[] nodeValues) {
    final TrajectoryTree source = checked(advantages, tree, nodeValues);
    for (int n = 1; n < nodeValues.length; n++) {
      if (source.node(n).kind().isSampled()) {
        final double before = nodeValues[source.node(n).parent()];
        add(advantages.nodeValue(tree, n), nodeValues[n] - before);
      }
    }
  }

  /**
   * Adds every sampled node of a tree against the exact value of the state it led to.
   *
   * @param advantages of the group.
   * @param tree place of the tree in the group.
   * @param nodeValues exact value of the state after each node, {@code NaN} where not known.
   * @throws IllegalArgumentException unless there is one value per node.
   */
  public void addTreeValues(
      final GroupAdvantages advantages, final int tree, final double[] nodeValues) {
    final TrajectoryTree source = checked(advantages, tree, nodeValues);
    for (int n = 0; n < nodeValues.length; n++) {
      if (source.node(n).kind().isSampled()) {
        add(advantages.nodeValue(tree, n), nodeValues[n]);
      }
    }
  }

  private static TrajectoryTree checked(
      final GroupAdvantages advantages, final int tree, final double[] nodeValues) {
    final TrajectoryTree source = advantages.group().trees().get(tree);
    if (nodeValues.length != source.nodes().size()) {
      throw new IllegalArgumentException(
          "one value per node: nodes=" + source.nodes().size() + " values=" + nodeValues.length);
    }
    return source;
  }

  /**
   * Counts the pairs.
   *
   * @return the number of pairs that entered.
   */
  public int count() {
    return count;
  }

  /**
   * Returns the linear correlation.
   *
   * @return Pearson's r, or {@code NaN} if either side is constant or there are fewer than 2 pairs.
   */
  public double pearson() {
    return pearson(Arrays.copyOf(estimated, count), Arrays.copyOf(exact, count));
  }

  /**
   * Returns the correlation of ranks, ties sharing their mean rank.
   *
   * @return Spearman's rho, or {@code NaN} if either side is constant or there are fewer than 2
   *     pairs.
   */
  public double spearman() {
    return pearson(ranks(Arrays.copyOf(estimated, count)), ranks(Arrays.copyOf(exact, count)));
  }

  /**
   * Returns how often the signs agree.
   *
   * @return the share of pairs with equal sign among those where neither is 0; {@code NaN} without
   *     any.
   */
  public double signAgreement() {
    int agree = 0;
    int judged = 0;
    for (int i = 0; i < count; i++) {
      if (estimated[i] != 0 && exact[i] != 0) {
        judged++;
        agree += Math.signum(estimated[i]) == Math.signum(exact[i]) ? 1 : 0;
      }
    }
    return agree / (double) judged;
  }

  private static double pearson(final double[] x, final double[] y) {
    final double meanX = Arrays.stream(x).average().orElse(Double.NaN);
    final double meanY = Arrays.stream(y).average().orElse(Double.NaN);
    double xx = 0.0;
    double yy = 0.0;
    double xy = 0.0;
    for (int i = 0; i < x.length; i++) {
      xx += (x[i] - meanX) * (x[i] - meanX);
      yy += (y[i] - meanY) * (y[i] - meanY);
      xy += (x[i] - meanX) * (y[i] - meanY);
    }
    return xx == 0.0 || yy == 0.0 ? Double.NaN : xy / Math.sqrt(xx * yy);
  }

  private static double[] ranks(final double[] values) {
    final int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    final double[] ranks = new double[values.length];
    for (int i = 0; i < order.length; ) {
      int j = i;
      while (j < order.length && values[order[j]] == values[order[i]]) {
        j++;
      }
      for (int k = i; k < j; k++) {
        ranks[order[k]] = (i + j - 1) / 2.0;
      }
      i = j;
    }
    return ranks;
  }
}
