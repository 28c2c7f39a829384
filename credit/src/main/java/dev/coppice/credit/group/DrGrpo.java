package dev.coppice.credit.group;

import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.Moments;
import dev.coppice.credit.forest.OptionSpec;
import dev.coppice.credit.forest.Options;
import dev.coppice.credit.forest.SharedValue;
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
  /** What may be set. */
  public static final List<OptionSpec> OPTIONS =
      List.of(OptionSpec.choice("singleton", "zero", "reward"), SharedValue.OPTION);

  private final boolean singletonReward;
  private final SharedValue shared;

  /**
   * Fixes the options.
   *
   * @param options checked against {@link #OPTIONS}.
   */
  public DrGrpo(final Options options) {
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
}
