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
 * Scores a segment by its value against the root and against the state it grew from.
 *
 * <p>{@code V(n) = mean reward of the leaves below}, |L(n)| their number.
 *
 * <ul>
 *   <li>{@code mode=paper}: {@code A(n) = [(V(n) - V(root)) + (V(n) - V(parent))] / sqrt(|L(n)|)}.
 *   <li>{@code mode=code}: leaves are centred on the mean of the others, so {@code V_c = N/(N-1) *
 *       (V - V(root))}; {@code W(n) = V_c(n) / sqrt(|L(n)|)}; {@code A(n) = 2 W(n) - W(parent)}.
 *       The parent is divided by its own root, not by the child's: another number than the paper's.
 *   <li>{@code mode=unweighted}: the same with {@code W = V_c}.
 * </ul>
 *
 * <p>The code also gives a value below 1e-8 its predecessor's: {@code fill=inherit}; by default a
 * true zero stays zero. A segment is the run of nodes between two forks; all its nodes share one
 * value, and the parent is the fork it grew from.
 *
 * @source TreeRL, arXiv:2506.11902; THUDM/TreeRL tree_node.py, parallel_mcts.py.
 */
public final class TreeRl implements CreditFormula {
  private static final double NO_VALUE = 1e-8;

  private final String mode;
  private final boolean inherits;

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public TreeRl(final PlugOptions options) {
    mode = options.text("mode");
    inherits = options.is("fill", "inherit");
  }

  @Override
  public void score(final Forest forest, final CreditSheet sheet) {
    final int stem = forest.stem();
    final SubtreeValues values = SubtreeValues.overLeaves(forest, forest.rewards());
    final double[] filled = new double[stem + 1];
    final boolean[] sampled = new boolean[stem + 1];
    final double[] run = new double[stem];
    for (int i = 0; i < stem; i++) {
      final int from = forest.segmentStart(i);
      sampled[i] = forest.isSampled(i) || (forest.up(i) != from && sampled[forest.up(i)]);
      filled[i] = filled[from];
      if (sampled[i] && values.count(i) > 0) {
        final double value = advantage(values, i, from, stem);
        filled[i] = inherits && Math.abs(value) < NO_VALUE ? filled[i] : value;
      }
      run[i] = values.count(i) > 0 ? filled[i] : Double.NaN;
    }
    sheet.setRuns(forest, run, CopyMeans.counts(forest, values));
  }

  /** Counts the leaves of one copy of a state. */
  private static double leaves(final SubtreeValues values, final int state, final int stem) {
    return state == stem ? values.count(stem) : (double) values.count(state) / values.copies(state);
  }

  private double advantage(
      final SubtreeValues values, final int node, final int from, final int stem) {
    if ("paper".equals(mode)) {
      final double global = values.value(node) - values.value(stem);
      final double local = values.value(node) - values.value(from);
      return (global + local) / Math.sqrt(leaves(values, node, stem));
    }
    return 2.0 * weighted(values, node, stem) - weighted(values, from, stem);
  }

  private double weighted(final SubtreeValues values, final int state, final int stem) {
    final int total = values.count(stem);
    if (total < 2) {
      return 0.0;
    }
    final double centred = (values.value(state) - values.value(stem)) * total / (total - 1.0);
    return "code".equals(mode) ? centred / Math.sqrt(leaves(values, state, stem)) : centred;
  }

  @Override
  public List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
    final SubtreeValues values = SubtreeValues.overLeaves(forest, forest.rewards());
    final int from = forest.segmentStart(node);
    return List.of(
        String.format(
            Locale.ROOT,
            "mode %s; V %.6g over %d leaves; fork above %.6g over %d; root %.6g over %d",
            mode,
            values.value(node),
            values.count(node),
            values.value(from),
            values.count(from),
            values.value(forest.stem()),
            values.count(forest.stem())));
  }

  /** Offers the estimator by the name {@code treerl}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "treerl",
          "A segment by its value against the root and the state it grew from.",
          PlugOption.choice(
              "mode",
              "Formula of the paper, of its code, or without its weights.",
              "paper",
              "code",
              "unweighted"),
          PlugOption.choice(
              "fill",
              "What a value of 0 becomes: it stays, or takes its predecessor's.",
              "zero",
              "inherit"));
    }

    @Override
    public CreditFormula make(final PlugOptions options) {
      return new TreeRl(options);
    }
  }
}
