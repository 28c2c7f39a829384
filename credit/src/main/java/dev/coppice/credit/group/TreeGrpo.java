package dev.coppice.credit.group;

import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.forest.CopyMeans;
import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.Moments;
import dev.coppice.credit.forest.SharedValue;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.util.List;
import java.util.Locale;

/**
 * Scores each trajectory against all trees of its prompt and against its own tree.
 *
 * <p>{@code A = inter + intra}, where {@code inter = (r - mean(group)) / (std(group) + 1e-6)} and
 * {@code intra} the same over the leaves of the tree, ddof 1. {@code term=2norm} normalises over
 * the group and then over the tree. The code gives a tree of one leaf its raw reward as intra
 * term, which pushes it up for nothing (golden G05): {@code singleton=reward}, the default;
 * {@code singleton=zero} is the guard. The code duplicates shared tokens in every row; here a
 * shared node gets the mean and its multiplicity is explicit.
 *
 * <p>By draws: each draw of a coalesced trunk is a tree of its own. Where trunks that coincide fork, a
 * trace does not say which of them a child belongs to, so their intra term has no exact form: their
 * leaves are normalised together, as often as one of the trees has them.
 *
 * @source Tree-GRPO, arXiv:2509.21240; AMAP-ML/Tree-GRPO ray_trainer_ts.compute_advantage.
 */
public final class TreeGrpo implements CreditFormula {
  private final String term;
  private final boolean singletonReward;
  private final SharedValue shared;

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public TreeGrpo(final PlugOptions options) {
    term = options.text("term");
    singletonReward = options.is("singleton", "reward");
    shared = SharedValue.of(options);
  }

  @Override
  public void score(final Forest forest, final CreditSheet sheet) {
    final double[] inter = forest.rewards();
    GroupNorm.apply(inter, CopyMeans.leafDraws(forest), 0, inter.length, true, singletonReward);
    final double[] intra = "2norm".equals(term) ? inter.clone() : forest.rewards();
    final double[] draws = CopyMeans.leafDrawsOfTrees(forest);
    final int[] first = CopyMeans.firstForks(forest);
    for (int l = 0; l < intra.length; l = forest.leafEnd(first[forest.leafNode(l)])) {
      final int end = forest.leafEnd(first[forest.leafNode(l)]);
      GroupNorm.apply(intra, draws, l, end, true, singletonReward);
    }
    for (int i = 0; i < inter.length; i++) {
      sheet.setLeaf(
          i,
          switch (term) {
            case "both" -> inter[i] + intra[i];
            case "inter" -> inter[i];
            default -> intra[i];
          });
    }
    sheet.spreadLeaves(forest, shared);
  }

  @Override
  public List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
    final int leaf = forest.leafNode(forest.leafStart(node));
    final int tree = CopyMeans.firstForks(forest)[leaf];
    final double[] rewards = forest.rewards();
    final Moments group = Moments.of(rewards, CopyMeans.leafDraws(forest));
    final Moments own =
        Moments.of(
            rewards,
            CopyMeans.leafDrawsOfTrees(forest),
            forest.leafStart(tree),
            forest.leafEnd(tree));
    return List.of(
        String.format(
            Locale.ROOT,
            "term %s; group: %.0f leaves, mean %.6g, deviation %.6g; tree: %.4g leaves, mean %.6g,"
                + " deviation %.6g",
            term,
            group.count(),
            group.mean(),
            group.std(1),
            own.count(),
            own.mean(),
            own.std(1)),
        Explain.leaves(forest, sheet, node, shared));
  }

  /** Offers the estimator by the name {@code tree-grpo}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "tree-grpo",
          "Against all trees of the prompt and against its own tree.",
          PlugOption.choice(
              "term",
              "What a trajectory is compared with: all trees, its own, or both.",
              "both",
              "inter",
              "intra",
              "2norm"),
          Grpo.SINGLETON,
          SharedValue.OPTION);
    }

    @Override
    public CreditFormula make(final PlugOptions options) {
      return new TreeGrpo(options);
    }
  }
}
