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
 * Scores each trajectory against the mean of its group, without dividing by the deviation.
 *
 * <p>{@code A_i = r_i - mean(r)}. The paper's other half, a loss divided by one constant length
 * and not by each row's own, is the trainer's: use the token-mean aggregation. A group of one gets
 * 0; verl's code leaves its raw reward standing ({@code singleton=reward}).
 *
 * @source Dr. GRPO, arXiv:2503.20783.
 */
public final class DrGrpo extends GroupBaseline {
  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public DrGrpo(final PlugOptions options) {
    super(options);
  }

  @Override
  void score(final double[] value, final double[] draws, final boolean rewardsSingleton) {
    GroupNorm.apply(value, draws, 0, value.length, false, rewardsSingleton);
  }

  @Override
  String explain(final Moments group) {
    return String.format(
        Locale.ROOT,
        "group: %.0f scored leaves, mean %.6g, not divided by a deviation",
        group.count(),
        group.mean());
  }

  /** Offers the estimator by the name {@code dr-grpo}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "dr-grpo",
          "Against the mean of the group, without dividing by the deviation.",
          PlugOption.choice(
              "singleton", "What a group with one scored leaf gets.", "zero", "reward"),
          SharedValue.OPTION);
    }

    @Override
    public CreditFormula make(final PlugOptions options) {
      return new DrGrpo(options);
    }
  }
}
