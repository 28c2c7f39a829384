package dev.coppice.credit.tree;

import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;
import java.util.List;
import java.util.Locale;

/**
 * Scores each segment between cut points by its step in value, on the tokens that decided it.
 *
 * <p>{@code A(token) = V(next cut) - V(cut)} over the segment, and 0 on tokens with {@code p >
 * threshold} (0.9): a token that was certain decided nothing. V is the mean of the Monte-Carlo
 * rollouts that start at a cut; a cut is a fork of the tree. The paper cuts where low-probability
 * tokens have gathered; here the branching policy cut already. Its log-probabilities are those of
 * the sampling distribution.
 *
 * @source SPO, arXiv:2505.23564; _compute_token_advantages.
 */
public final class SpoChain implements CreditFormula {
  private final double threshold;
  private final String trunk;

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public SpoChain(final PlugOptions options) {
    threshold = options.number("threshold");
    trunk = options.text("trunk");
  }

  @Override
  public void score(final Forest forest, final CreditSheet sheet) {
    final TrunkValues values = new TrunkValues(forest, trunk);
    sheet.setRuns(forest, values.steps(), values.copies());
    sheet.zeroAbove(Math.log(threshold));
  }

  @Override
  public List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
    final TrunkValues values = new TrunkValues(forest, trunk);
    final int from = forest.segmentStart(node);
    return List.of(
        String.format(
            Locale.ROOT,
            "value at the next cut %.6g (%d rollouts), at the cut before %.6g (%d rollouts)",
            values.value(node),
            values.rollouts(node),
            values.value(from),
            values.rollouts(from)));
  }

  /** Offers the estimator by the name {@code spo-chain}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "spo-chain",
          "A segment between cut points by its step in value.",
          PlugOption.number(
              "threshold",
              0.9,
              Range.NOT_NEGATIVE,
              "Tokens more probable than this decided nothing and get 0."),
          TrunkValues.TRUNK);
    }

    @Override
    public CreditFormula make(final PlugOptions options) {
      return new SpoChain(options);
    }
  }
}
