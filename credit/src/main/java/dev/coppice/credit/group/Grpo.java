package dev.coppice.credit.group;

import dev.coppice.credit.EstimatorPlug;
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
 * Scores each trajectory against the mean of its group, in units of the group's deviation.
 *
 * <p>{@code A_i = (r_i - mean(r)) / (std(r) + 1e-6)}, deviation with ddof 1 as verl computes it.
 * {@code std=none} leaves the division out. The paper is silent on a group of one; verl's code sets
 * mean 0 and deviation 1, which gives {@code r / (1 + 1e-6)}: {@code singleton=reward}, the
 * default. {@code singleton=zero} gives 0. Trees count as their leaves.
 *
 * @source DeepSeekMath, arXiv:2402.03300; verl core_algos.compute_grpo_outcome_advantage.
 */
public final class Grpo implements CreditFormula {
  /** The rule for a group with one scored leaf. */
  public static final PlugOption SINGLETON =
      PlugOption.choice("singleton", "What a group with one scored leaf gets.", "reward", "zero");

  private final boolean divides;
  private final boolean singletonReward;
  private final SharedValue shared;

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public Grpo(final PlugOptions options) {
    divides = options.is("std", "sample");
    singletonReward = options.is("singleton", "reward");
    shared = SharedValue.of(options);
  }

  @Override
  public void score(final Forest forest, final CreditSheet sheet) {
    final double[] value = forest.rewards();
    GroupNorm.apply(value, 0, value.length, divides, singletonReward);
    for (int i = 0; i < value.length; i++) {
      sheet.setLeaf(i, value[i]);
    }
    sheet.spreadLeaves(forest, shared);
  }

  @Override
  public List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
    final Moments group = Moments.of(forest.rewards());
    return List.of(
        String.format(
            Locale.ROOT,
            "group: %d scored leaves, mean %.6g, deviation %.6g%s",
            group.count(),
            group.mean(),
            group.std(1),
            divides ? "" : " (not divided by)"),
        Explain.leaves(forest, sheet, node, shared));
  }

  /** Offers the estimator by the name {@code grpo}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "grpo",
          "Against the mean of the group, in units of its deviation.",
          PlugOption.choice(
              "std",
              "What a difference is divided by: the deviation of the sample, or nothing.",
              "sample",
              "none"),
          SINGLETON,
          SharedValue.OPTION);
    }

    @Override
    public CreditFormula make(final PlugOptions options) {
      return new Grpo(options);
    }
  }
}
