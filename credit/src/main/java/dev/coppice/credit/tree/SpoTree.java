package dev.coppice.credit.tree;

import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.forest.CopyMeans;
import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.SubtreeValues;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.util.List;
import java.util.Locale;

/**
 * Scores an edge of the tree by the step in value it makes.
 *
 * <p>{@code V(n) = mean over children of V(child)}, {@code A(n) = V(n) - V(parent)}; {@code
 * mode=normalised} divides by {@code std(children of parent) + 1e-8} with ddof 0. The code calls
 * the first "rloo", though the parent's mean holds the child itself and nothing is left out. It
 * drops edges with zero signal, which zero here equals. An edge is the run of nodes between two
 * forks; each is trained once.
 *
 * @source SPO, arXiv:2505.23564; AIFrameResearch/SPO extract_edges_from_tree.
 */
public final class SpoTree implements CreditFormula {
  private static final double EPS = 1e-8;

  private final boolean normalises;

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public SpoTree(final PlugOptions options) {
    normalises = options.is("mode", "normalised");
  }

  @Override
  public void score(final Forest forest, final CreditSheet sheet) {
    final double[] rewards = forest.rewards();
    final SubtreeValues values = SubtreeValues.overChildren(forest, rewards);
    final double[] squares = normalises ? values.childSquares(forest, rewards) : null;
    final double[] run = new double[forest.nodeCount()];
    for (int i = 0; i < run.length; i++) {
      final int from = forest.segmentStart(i);
      final double step = values.value(i) - values.value(from);
      run[i] = normalises ? step / (deviation(values, squares, from) + EPS) : step;
    }
    sheet.setRuns(forest, run, CopyMeans.counts(forest, values));
  }

  private static double deviation(
      final SubtreeValues values, final double[] squares, final int state) {
    return Math.sqrt(squares[state] / values.branches(state));
  }

  @Override
  public List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
    final double[] rewards = forest.rewards();
    final SubtreeValues values = SubtreeValues.overChildren(forest, rewards);
    final int from = forest.segmentStart(node);
    return List.of(
        String.format(
            Locale.ROOT,
            "V %.6g (mean over children); fork above %.6g over %d children, deviation %.6g%s",
            values.value(node),
            values.value(from),
            values.branches(from),
            deviation(values, values.childSquares(forest, rewards), from),
            normalises ? "" : " (not divided by)"));
  }

  /** Offers the estimator by the name {@code spo-tree}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "spo-tree",
          "An edge of the tree by the step in value it makes.",
          PlugOption.choice(
              "mode",
              "The step in value itself, or in units of the siblings' deviation.",
              "difference",
              "normalised"));
    }

    @Override
    public CreditFormula make(final PlugOptions options) {
      return new SpoTree(options);
    }
  }
}
