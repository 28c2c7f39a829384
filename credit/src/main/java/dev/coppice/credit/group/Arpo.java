package dev.coppice.credit.group;

import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.forest.CopyMeans;
import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.SharedValue;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.util.List;

/**
 * Gives a prefix shared by several trajectories the soft or the hard form of their GRPO scalars.
 *
 * <p>{@code rule=soft}: every row keeps its own scalar on the shared tokens, so a token that
 * stands in m rows gets their sum: {@code A(n) = sum over leaves below of A_leaf}. {@code
 * rule=hard}: {@code A(n) = mean over leaves below of A_leaf}, trained once with weight 1. The two
 * agree if hard is multiplied by m (golden G15); with weight 1 it is another objective, in which a
 * shared prefix counts for less. The released code is soft: plain GRPO over duplicated rows.
 *
 * @source ARPO, arXiv:2507.19849; RUC-NLPIR/ARPO.
 */
public final class Arpo implements CreditFormula {
  private final boolean singletonReward;
  private final SharedValue shared;

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public Arpo(final PlugOptions options) {
    singletonReward = options.is("singleton", "reward");
    shared = options.is("rule", "soft") ? SharedValue.SUM : SharedValue.MEAN;
  }

  @Override
  public void score(final Forest forest, final CreditSheet sheet) {
    final double[] value = forest.rewards();
    GroupNorm.apply(value, CopyMeans.leafDraws(forest), 0, value.length, true, singletonReward);
    for (int i = 0; i < value.length; i++) {
      sheet.setLeaf(i, value[i]);
    }
    sheet.spreadLeaves(forest, shared);
  }

  @Override
  public List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
    return List.of(
        "leaf scalars are GRPO's over the group", Explain.leaves(forest, sheet, node, shared));
  }

  /** Offers the estimator by the name {@code arpo}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "arpo",
          "GRPO scalars, in the soft or the hard form where a prefix is shared.",
          PlugOption.choice(
              "rule",
              "What a shared prefix gets: the sum of its trajectories, or their mean.",
              "soft",
              "hard"),
          Grpo.SINGLETON);
    }

    @Override
    public CreditFormula make(final PlugOptions options) {
      return new Arpo(options);
    }
  }
}
