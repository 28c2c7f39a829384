package dev.coppice.credit.group;

import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.credit.forest.Moments;
import dev.coppice.credit.forest.SharedValue;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
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
public final class Grpo extends GroupBaseline {
  /** The rule for a group with one scored leaf. */
  public static final PlugOption SINGLETON =
      PlugOption.choice("singleton", "What a group with one scored leaf gets.", "reward", "zero");

  private final boolean divides;

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public Grpo(final PlugOptions options) {
    super(options);
    divides = options.is("std", "sample");
  }

  @Override
  void score(final double[] value, final double[] draws, final boolean rewardsSingleton) {
    GroupNorm.apply(value, draws, 0, value.length, divides, rewardsSingleton);
  }

  @Override
  String explain(final Moments group) {
    return String.format(
        Locale.ROOT,
        "group: %.0f scored leaves, mean %.6g, deviation %.6g%s",
        group.count(),
        group.mean(),
        group.std(1),
        divides ? "" : " (not divided by)");
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
