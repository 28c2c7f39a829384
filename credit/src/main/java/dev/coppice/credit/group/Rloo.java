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
 * Scores each trajectory against the mean of the others.
 *
 * <p>{@code A_i = r_i - mean_{j != i}(r_j) = n/(n-1) * (r_i - mean(r))}. A group of one has no
 * others and gets 0; verl's code leaves its raw reward standing ({@code singleton=reward}). On
 * trees, siblings share a prefix, so leaving out one leaf does not make the baseline independent:
 * see {@code coppice}.
 *
 * <p>Where one number divided the samples ({@code tree.division = systematic}) the others tell of the
 * one left out, and {@code n/(n-1)} overcorrects: there it is {@code r_i - mean(r)}, whose bias is
 * O(1/n^2).
 *
 * @source Ahmadian et al., arXiv:2402.14740; verl core_algos.compute_rloo_outcome_advantage.
 */
public final class Rloo extends GroupBaseline {
  /** Says what has no others to be set against. */
  static final PlugOption SINGLETON =
      PlugOption.choice("singleton", "What a group with one scored leaf gets.", "zero", "reward");

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public Rloo(final PlugOptions options) {
    super(options);
  }

  @Override
  void score(final double[] value, final double[] draws, final boolean rewardsSingleton) {
    final double count = Moments.of(value, draws).count();
    score(value, draws, rewardsSingleton, count == 1 ? 1.0 : count / (count - 1.0));
  }

  @Override
  void scoreDivided(final double[] value, final double[] draws, final boolean rewardsSingleton) {
    score(value, draws, rewardsSingleton, 1.0);
  }

  private static void score(
      final double[] value,
      final double[] draws,
      final boolean rewardsSingleton,
      final double scale) {
    final Moments group = Moments.of(value, draws);
    final boolean single = group.count() == 1;
    final double mean = single && rewardsSingleton ? 0.0 : group.mean();
    for (int i = 0; i < value.length; i++) {
      value[i] = scale * (value[i] - mean);
    }
  }

  @Override
  String explain(final Moments group) {
    return String.format(
        Locale.ROOT,
        "baseline of a leaf: mean of the other %.0f scored leaves; mean of all %.6g",
        group.count() - 1,
        group.mean());
  }

  /** Offers the estimator by the name {@code rloo}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "rloo",
          "Against the mean of the other trajectories of the group.",
          SINGLETON,
          SharedValue.OPTION);
    }

    @Override
    public CreditFormula make(final PlugOptions options) {
      return Predictable.whereSizedByOutcomes(new Rloo(options), options);
    }
  }
}
