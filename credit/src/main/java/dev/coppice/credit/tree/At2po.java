package dev.coppice.credit.tree;

import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.forest.CopyMeans;
import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.Moments;
import dev.coppice.credit.forest.SubtreeValues;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.util.List;
import java.util.Locale;

/**
 * Scores a turn by values built up from normalised leaves.
 *
 * <p>Leaves: {@code z = (r - mean(tree)) / (std(tree) + 1e-6)} with ddof 0, each tree on its own.
 * {@code V(n) = mean over children of V(c)}, or with {@code value=entropy-softmax} the mean
 * weighted by {@code exp(entropy(c))}, entropy being the mean of -log p over the child's sampled
 * tokens (0 for observations). Such weights are not sampling weights, so the value is biased
 * (golden G13: root -0.38 against -0.03).
 *
 * <p>{@code advantage=parent}: {@code V(n) - V(parent)}; {@code global}: {@code V(n) - V(root)};
 * {@code local-global}: their sum; {@code node}: {@code V(n)}. The released script runs
 * entropy-softmax with node, so nothing but the leaf normalisation is a baseline.
 *
 * <p>By draws: each draw of a coalesced trunk is a tree of its own, so chains have no signal however
 * they coalesce. Leaves of coinciding trunks that fork are normalised together, as a trace does not
 * say whose they are.
 *
 * @source AT2PO, arXiv:2601.04767; zzfoutofspace/ATPO ToolTreeNode.compute_value_from_children.
 */
public final class At2po implements CreditFormula {
  private static final double EPS = 1e-6;

  private final boolean softmax;
  private final String advantage;

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public At2po(final PlugOptions options) {
    softmax = options.is("value", "entropy-softmax");
    advantage = options.text("advantage");
  }

  @Override
  public void score(final Forest forest, final CreditSheet sheet) {
    final SubtreeValues values = values(forest);
    final double[] mean = copyValues(forest, values);
    final int[] first = CopyMeans.firstForks(forest);
    for (int i = 0; i < forest.nodeCount(); i++) {
      if (forest.isSampled(i) && values.count(i) > 0) {
        final double local = mean[i] - parentValue(forest, mean, i);
        final double global = mean[i] - rootValue(mean, first, i);
        sheet.setNode(
            i,
            switch (advantage) {
              case "parent" -> local;
              case "global" -> global;
              case "local-global" -> local + global;
              default -> mean[i];
            });
      }
    }
  }

  private static double[] copyValues(final Forest forest, final SubtreeValues values) {
    final double[] mean = values.values();
    CopyMeans.carryUp(forest, mean, CopyMeans.counts(forest, values));
    return mean;
  }

  /** A copy that forks nothing has the value of its one child. */
  private static double parentValue(final Forest forest, final double[] mean, final int node) {
    final int parent = forest.parent(node);
    return parent >= 0 && forest.isFork(parent) ? mean[parent] : mean[node];
  }

  /** The prompt of a tree has the value of the tree's first fork. */
  private static double rootValue(final double[] mean, final int[] first, final int node) {
    return first[node] < 0 ? mean[node] : mean[first[node]];
  }

  private SubtreeValues values(final Forest forest) {
    final double[] leaf = forest.rewards();
    final double[] draws = CopyMeans.leafDrawsOfTrees(forest);
    final int[] first = CopyMeans.firstForks(forest);
    for (int from = 0; from < leaf.length; from = forest.leafEnd(first[forest.leafNode(from)])) {
      final int to = forest.leafEnd(first[forest.leafNode(from)]);
      final Moments tree = Moments.of(leaf, draws, from, to);
      for (int l = from; l < to; l++) {
        leaf[l] = (leaf[l] - tree.mean()) / (tree.std(0) + EPS);
      }
    }
    final double[] weight = new double[forest.nodeCount()];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = softmax ? Math.exp(entropy(forest.node(i).logprobs())) : 1.0;
    }
    return SubtreeValues.overWeighted(forest, leaf, weight);
  }

  private static double entropy(final float[] logprobs) {
    double sum = 0.0;
    for (final float logprob : logprobs) {
      sum -= logprob;
    }
    return logprobs.length == 0 ? 0.0 : sum / logprobs.length;
  }

  @Override
  public List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
    final SubtreeValues values = values(forest);
    final double[] mean = copyValues(forest, values);
    return List.of(
        String.format(
            Locale.ROOT,
            "value %.6g of normalised leaves (%s over children); parent %.6g, root %.6g;"
                + " advantage=%s; entropy of the node %.6g",
            mean[node],
            softmax ? "entropy softmax" : "mean",
            parentValue(forest, mean, node),
            rootValue(mean, CopyMeans.firstForks(forest), node),
            advantage,
            entropy(forest.node(node).logprobs())));
  }

  /** Offers the estimator by the name {@code at2po}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "at2po",
          "A turn by values built up from normalised leaves.",
          PlugOption.choice(
              "value", "How a node's value is made of its children's.", "mean", "entropy-softmax"),
          PlugOption.choice(
              "advantage",
              "What a turn's value is compared with.",
              "parent",
              "node",
              "local-global",
              "global"));
    }

    @Override
    public CreditFormula make(final PlugOptions options) {
      return new At2po(options);
    }
  }
}
