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
 * Scores each trajectory against the mean of its group, without dividing by the deviation.
 *
 * <p>{@code A_i = r_i - mean(r)}. The paper's other half, a loss divided by one constant length
 * and not by each row's own, is the trainer's: use the token-mean aggregation. A group of one gets
 * 0; verl's code leaves its raw reward standing ({@code singleton=reward}).
 *
 * @source Dr. GRPO, arXiv:2503.20783.
 */
public final class DrGrpo implements CreditFormula {
  private final boolean singletonReward;
  private final SharedValue shared;

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public DrGrpo(final PlugOptions options) {
    singletonReward = options.is("singleton", "reward");
    shared = SharedValue.of(options);
  }

  @Override
  public void score(final Forest forest, final CreditSheet sheet) {
    final double[] value = forest.rewards();
    GroupNorm.apply(value, 0, value.length, false, singletonReward);
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
            "group: %d scored leaves, mean %.6g, not divided by a deviation",
            group.count(),
            group.mean()),
        Explain.leaves(forest, sheet, node, shared));
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
