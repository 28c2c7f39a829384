package dev.coppice.credit.tree;

import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOptions;
import java.util.List;
import java.util.Locale;

/**
 * Scores each step of a trained trajectory by the step in Monte-Carlo value it makes.
 *
 * <p>{@code A_t = r_t + V(s_{t+1}) - V(s_t)} with gamma 1 and value 0 after the end, where {@code
 * V(s)} is the mean return of the K rollouts that start at s. A leaf's reward is the return of the
 * whole trajectory, so the last step gets {@code R - V(s_T)} and step rewards are not added again.
 * Rollouts only value and are not trained: their nodes carry no evidence. Which child of a fork is
 * trained is told by shape; {@code trunk} settles it where all children end in one leaf.
 *
 * @source VinePPO, arXiv:2410.01679; McGill-NLP/VinePPO math_episode_generator_with_mc_advantages.
 */
public final class VinePpo implements CreditFormula {
  private final String trunk;

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public VinePpo(final PlugOptions options) {
    trunk = options.text("trunk");
  }

  @Override
  public void score(final Forest forest, final CreditSheet sheet) {
    final TrunkValues values = new TrunkValues(forest, trunk);
    sheet.setRuns(forest, values.steps(), values.copies());
  }

  @Override
  public List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
    final TrunkValues values = new TrunkValues(forest, trunk);
    final int from = forest.segmentStart(node);
    return List.of(
        String.format(
            Locale.ROOT,
            "value after the step %.6g (%d rollouts), before it %.6g (%d rollouts)",
            values.value(node),
            values.rollouts(node),
            values.value(from),
            values.rollouts(from)));
  }

  /** Offers the estimator by the name {@code vineppo}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "vineppo",
          "A step of a trained trajectory by its step in Monte-Carlo value.",
          TrunkValues.TRUNK);
    }

    @Override
    public CreditFormula make(final PlugOptions options) {
      return new VinePpo(options);
    }
  }
}
