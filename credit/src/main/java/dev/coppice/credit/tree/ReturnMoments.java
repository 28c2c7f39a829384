package dev.coppice.credit.tree;

import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.SubtreeValues;

/**
 * Holds, for every node, count, mean and spread of the discounted returns from that node on.
 *
 * <p>{@code G(step t) = r_t + gamma G(step t+1)}: an action or fold is a step, and the step reward
 * of an observation belongs to the step before it. What a leaf's reward holds beyond the step
 * rewards on its path comes with the last step, so a trace may give the outcome either way. One
 * row per trajectory through the node, as the reference has, without ever making the rows.
 */
final class ReturnMoments {
  final int[] count;
  private final double[] own;
  private final int[] copies;
  final double[] mean;
  final double[] squares;

  private ReturnMoments(final int places) {
    count = new int[places];
    own = new double[places];
    copies = new int[places];
    mean = new double[places];
    squares = new double[places];
  }

  ReturnMoments(final Forest forest, final double gamma) {
    this(forest.stem() + 1);
    final int nodes = forest.nodeCount();
    final double[] given = new double[nodes + 1];
    for (int i = 0; i < nodes; i++) {
      given[i] = given[forest.up(i)] + forest.node(i).stepReward();
    }
    for (int i = nodes - 1; i >= 0; i--) {
      if (forest.hasLeaf(i) && !Double.isNaN(forest.reward(forest.leafStart(i)))) {
        merge(i, forest.draws(i), forest.reward(forest.leafStart(i)) - given[i], 0.0);
      }
      mean[i] += forest.node(i).stepReward();
      final double discount = forest.isSampled(i) ? gamma : 1.0;
      merge(forest.up(i), count[i], discount * mean[i], discount * discount * squares[i]);
    }
    meanOverCopies(forest, gamma);
  }

  /** A copy runs on alone to a fork, so a long subtree below one weighs no more than another. */
  private void meanOverCopies(final Forest forest, final double gamma) {
    final SubtreeValues values = SubtreeValues.overLeaves(forest, forest.rewards());
    final double[] mass = new double[forest.nodeCount() + 1];
    for (int i = forest.nodeCount() - 1; i >= 0; i--) {
      copies[i] = values.copies(i);
      own[i] = forest.isFork(i) ? mean[i] : own[i] + forest.node(i).stepReward();
      final int above = forest.up(i);
      if (!forest.isFork(above) && values.copies(i) > 0) {
        final double value = (forest.isSampled(i) ? gamma : 1.0) * own[i];
        mass[above] += values.copies(i);
        own[above] += (value - own[above]) * (values.copies(i) / mass[above]);
      }
    }
  }

  /** The rows of one copy of a node. */
  double rows(final int node) {
    return (double) count[node] / copies[node];
  }

  /** The mean return over the copies of a node. */
  double own(final int node) {
    return own[node];
  }

  static ReturnMoments empty(final int places) {
    return new ReturnMoments(places);
  }

  /** The standard deviation with ddof 1, 0 for a single row. */
  double deviation(final int place) {
    return count[place] < 2 ? 0.0 : Math.sqrt(squares[place] / (count[place] - 1));
  }

  /** Adds other rows to a place; equal means stay exactly equal. */
  void merge(
      final int place, final int otherCount, final double otherMean, final double otherSquares) {
    if (otherCount == 0) {
      return;
    }
    if (count[place] == 0) {
      mean[place] = otherMean;
    }
    final double distance = otherMean - mean[place];
    final double share = otherCount / (double) (count[place] + otherCount);
    squares[place] += otherSquares + distance * distance * count[place] * share;
    mean[place] += distance * share;
    count[place] += otherCount;
  }
}
