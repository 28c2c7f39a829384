package dev.coppice.credit.group;

import dev.coppice.credit.forest.CopyMeans;
import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.Moments;
import dev.coppice.credit.forest.SharedValue;
import dev.coppice.plug.PlugOptions;
import java.util.List;

/** Scores each trajectory against a baseline of its group; a node gets what its leaves have. */
abstract class GroupBaseline implements CreditFormula {
  private final boolean singletonReward;
  private final SharedValue shared;

  /** Takes {@code singleton} and the option of shared nodes. */
  GroupBaseline(final PlugOptions options) {
    singletonReward = options.is("singleton", "reward");
    shared = SharedValue.of(options);
  }

  /** Turns rewards into advantages, in place; unscored leaves stay {@code NaN}. */
  abstract void score(double[] value, double[] draws, boolean rewardsSingleton);

  /** Does the same where one number divided the samples; the group's mean serves there as well. */
  void scoreDivided(final double[] value, final double[] draws, final boolean rewardsSingleton) {
    score(value, draws, rewardsSingleton);
  }

  /** Says what the baseline of a group was. */
  abstract String explain(Moments group);

  @Override
  public final void score(final Forest forest, final CreditSheet sheet) {
    final double[] value = forest.rewards();
    final double[] draws = CopyMeans.leafDraws(forest);
    if (forest.group().isDividedSystematically()) {
      scoreDivided(value, draws, singletonReward);
    } else {
      score(value, draws, singletonReward);
    }
    for (int i = 0; i < value.length; i++) {
      sheet.setLeaf(i, value[i]);
    }
    sheet.spreadLeaves(forest, shared);
  }

  @Override
  public final List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
    return List.of(
        explain(Moments.of(forest.rewards(), CopyMeans.leafDraws(forest))),
        Explain.leaves(forest, sheet, node, shared));
  }
}
