package dev.coppice.credit.shared;

import dev.coppice.credit.GroupAdvantages;
import dev.coppice.credit.forest.Forest;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;

/**
 * Gives the factors with which a tree-packed loss equals the flat one.
 *
 * <p>Flat: one row per scored leaf, row weight {@code w_l} (1, or the path weight under {@link
 * SharedTokenRule#WEIGHTED}), {@code loss = sum_l sum_t f_l A_l(t) loss(t)} with {@code f_l = w_l /
 * sum_l w_l |row_l|} for the token mean and {@code f_l = w_l / (|row_l| sum_l w_l)} for the
 * sequence mean. Tree-packed: every token once with {@code sum over leaves below of f_l A_l}; where
 * the advantage is the node's own, that is {@code A(n) * weight(n)}, {@code weight(n) = sum of
 * f_l}. Under the token mean that is multiplicity over the flat denominator (golden G15: 66, not
 * 40). Under the sequence mean no single multiplicity does it: each row has its own length.
 *
 * <p>Only sampled tokens count in a row's length. Rows of unscored leaves are not trained and count
 * nowhere; a node with only such leaves has weight 0.
 *
 * @shape per node and per leaf, never per token.
 * @thread any; immutable.
 * @cost O(N + L).
 */
public final class SharedTokens {
  private final Forest forest;
  private final double[] rowFactor;
  private final double[] nodeWeight;
  private final double[] pathWeight;
  private final double denominator;
  private final int[] multiplicity;
  private long packedTokens;

  /**
   * Computes the factors of a group.
   *
   * @param group of finished trees.
   * @param rule for shared tokens.
   * @param aggregation of the trainer's loss.
   */
  public SharedTokens(
      final TrajectoryGroup group, final SharedTokenRule rule, final LossAggregation aggregation) {
    forest = new Forest(group);
    pathWeight = pathWeights(forest);
    rowFactor = new double[forest.leafCount()];
    final int[] rowLength = rowLengths(forest);
    double tokens = 0.0;
    double rows = 0.0;
    for (int l = 0; l < rowFactor.length; l++) {
      if (!Double.isNaN(forest.reward(l))) {
        rowFactor[l] = rule == SharedTokenRule.WEIGHTED ? pathWeight[forest.leafNode(l)] : 1.0;
        tokens += rowFactor[l] * rowLength[l];
        rows += rowFactor[l];
      }
    }
    final boolean byToken = aggregation == LossAggregation.TOKEN_MEAN;
    denominator = byToken ? tokens : rows;
    for (int l = 0; l < rowFactor.length; l++) {
      rowFactor[l] /= byToken ? denominator : denominator * Math.max(1, rowLength[l]);
    }
    nodeWeight = new double[forest.nodeCount() + 1];
    multiplicity = new int[forest.nodeCount() + 1];
    sumRows();
  }

  private void sumRows() {
    for (int i = forest.nodeCount() - 1; i >= 0; i--) {
      if (forest.hasLeaf(i) && !Double.isNaN(forest.reward(forest.leafStart(i)))) {
        multiplicity[i]++;
        nodeWeight[i] += rowFactor[forest.leafStart(i)];
      }
      if (forest.isSampled(i) && multiplicity[i] > 0) {
        packedTokens += forest.node(i).length();
      }
      final int parent = forest.parent(i) < 0 ? forest.stem() : forest.parent(i);
      multiplicity[parent] += multiplicity[i];
      nodeWeight[parent] += nodeWeight[i];
    }
  }

  private static double[] pathWeights(final Forest forest) {
    final double[] weight = new double[forest.nodeCount()];
    for (int t = 0; t < forest.treeCount(); t++) {
      final TrajectoryTree tree = forest.group().trees().get(t);
      final int start = forest.treeStart(t);
      for (int i = start; i < forest.treeStart(t + 1); i++) {
        final int parent = forest.parent(i);
        weight[i] = parent < 0 ? 1.0 : weight[parent] / tree.decidedChildren(parent - start);
      }
    }
    return weight;
  }

  private static int[] rowLengths(final Forest forest) {
    final int[] length = new int[forest.nodeCount() + 1];
    final int[] rows = new int[forest.leafCount()];
    for (int i = 0; i < forest.nodeCount(); i++) {
      length[i] = length[forest.up(i)] + (forest.isSampled(i) ? forest.node(i).length() : 0);
      if (forest.hasLeaf(i)) {
        rows[forest.leafStart(i)] = length[i];
      }
    }
    return rows;
  }

  /**
   * Counts the scored trajectories through a node.
   *
   * @param tree place of the tree in the group.
   * @param node id of the node in the tree.
   * @return the multiplicity of its tokens.
   */
  public int multiplicity(final int tree, final int node) {
    return multiplicity[forest.treeStart(tree) + node];
  }

  /**
   * Returns the path weight of a node.
   *
   * @param tree place of the tree in the group.
   * @param node id of the node in the tree.
   * @return the product of 1/children over its ancestors, as decided before sampling.
   */
  public double pathWeight(final int tree, final int node) {
    return pathWeight[forest.treeStart(tree) + node];
  }

  /**
   * Returns the factor of a node's own advantage in the loss, the denominator included.
   *
   * @param tree place of the tree in the group.
   * @param node id of the node in the tree.
   * @return the factor, 0 where no leaf below is scored.
   */
  public double weight(final int tree, final int node) {
    return nodeWeight[forest.treeStart(tree) + node];
  }

  /**
   * Returns the factor of one row of the flat form, the denominator included.
   *
   * @param tree place of the tree in the group.
   * @param leaf place of the leaf in {@code leaves()} of the tree.
   * @return the factor, 0 for an unscored leaf.
   */
  public double rowFactor(final int tree, final int leaf) {
    final int node = forest.group().trees().get(tree).leaves().get(leaf).node();
    return rowFactor[forest.leafStart(forest.treeStart(tree) + node)];
  }

  /**
   * Returns what the flat form divides by.
   *
   * @return weighted tokens over all rows for the token mean, weighted rows for the sequence mean.
   */
  public double denominator() {
    return denominator;
  }

  /**
   * Counts the trained tokens of the tree-packed form.
   *
   * @return sampled tokens of nodes with a scored leaf, each once.
   */
  public long packedTokens() {
    return packedTokens;
  }

  /**
   * Sums the factors times the leaf scalars over the trajectories through every node.
   *
   * @param advantages of the same group, of an estimator that scores whole trajectories.
   * @return per tree, per node: the coefficient of each of its tokens in the loss.
   * @throws IllegalArgumentException if the estimator has no leaf scalars.
   */
  public double[][] leafCoefficients(final GroupAdvantages advantages) {
    if (!advantages.hasLeafAdvantages()) {
      throw new IllegalArgumentException(
          "estimator scores no trajectories: estimator=" + advantages.estimator());
    }
    final double[][] result = new double[forest.treeCount()][];
    for (int t = 0; t < result.length; t++) {
      final TrajectoryTree tree = forest.group().trees().get(t);
      result[t] = new double[tree.nodes().size()];
      for (int l = 0; l < tree.leaves().size(); l++) {
        final double scalar = advantages.leafAdvantage(t, l);
        if (!Double.isNaN(scalar)) {
          result[t][tree.leaves().get(l).node()] += rowFactor(t, l) * scalar;
        }
      }
      for (int i = result[t].length - 1; i > 0; i--) {
        result[t][tree.node(i).parent()] += result[t][i];
      }
    }
    return result;
  }
}
