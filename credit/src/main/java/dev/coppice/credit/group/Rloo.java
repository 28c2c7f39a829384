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
 * Scores each trajectory against the mean of the others.
 *
 * <p>{@code A_i = r_i - mean_{j != i}(r_j) = n/(n-1) * (r_i - mean(r))}. A group of one has no
 * others and gets 0; verl's code leaves its raw reward standing ({@code singleton=reward}). On
 * trees, siblings share a prefix, so leaving out one leaf does not make the baseline independent:
 * see {@code coppice}.
 *
 * @source Ahmadian et al., arXiv:2402.14740; verl core_algos.compute_rloo_outcome_advantage.
 */
public final class Rloo implements CreditFormula {
  private final boolean singletonReward;
  private final SharedValue shared;

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public Rloo(final PlugOptions options) {
    singletonReward = options.is("singleton", "reward");
    shared = SharedValue.of(options);
  }

  @Override
  public void score(final Forest forest, final CreditSheet sheet) {
    final double[] reward = forest.rewards();
    final Moments group = Moments.of(reward);
    final boolean single = group.count() == 1;
    final double mean = single && singletonReward ? 0.0 : group.mean();
    final double scale = single ? 1.0 : group.count() / (group.count() - 1.0);
    for (int i = 0; i < reward.length; i++) {
      sheet.setLeaf(i, scale * (reward[i] - mean));
    }
    sheet.spreadLeaves(forest, shared);
  }

  @Override
  public List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
    final Moments group = Moments.of(forest.rewards());
    return List.of(
        String.format(
            Locale.ROOT,
            "baseline of a leaf: mean of the other %d scored leaves; mean of all %.6g",
            group.count() - 1,
            group.mean()),
        Explain.leaves(forest, sheet, node, shared));
  }

  /** Offers the estimator by the name {@code rloo}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "rloo",
          "Against the mean of the other trajectories of the group.",
          PlugOption.choice(
              "singleton", "What a group with one scored leaf gets.", "zero", "reward"),
          SharedValue.OPTION);
    }

    @Override
    public CreditFormula make(final PlugOptions options) {
      return new Rloo(options);
    }
  }
}
