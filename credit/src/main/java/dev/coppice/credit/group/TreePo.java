package dev.coppice.credit.group;

import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.SharedValue;
import dev.coppice.credit.forest.SubtreeValues;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.util.List;
import java.util.Locale;

/**
 * Scores each trajectory against every subgroup of trajectories that shares a prefix with it.
 *
 * <p>{@code A_i = sum_g w_g (r_i - mean(g)) / sum_g w_g} over the subgroups g that hold leaf i: the
 * whole group and the leaves below each fork on its path; {@code w_g = 1} for {@code
 * combine=average} (the released recipe) and {@code |g|} for {@code group-size}. Subgroups of one
 * are left out below the root. {@code uniform=drop} leaves out subgroups whose rewards are all
 * equal, as remove_no_std_subgroup does. Values stand before the code's whitening over the batch.
 *
 * <p>The code takes one subgroup per 512-token segment, so an unforked run counts once per
 * segment. Segments here are turns; a run without a fork counts once.
 *
 * @source TreePO, arXiv:2508.17445; core_algos.py.
 */
public final class TreePo implements CreditFormula {
  private final boolean bySize;
  private final boolean dropUniform;
  private final SharedValue shared;

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public TreePo(final PlugOptions options) {
    bySize = options.is("combine", "group-size");
    dropUniform = options.is("uniform", "drop");
    shared = SharedValue.of(options);
  }

  @Override
  public void score(final Forest forest, final CreditSheet sheet) {
    final int stem = forest.stem();
    final SubtreeValues values = SubtreeValues.overLeaves(forest, forest.rewards());
    final boolean[] uniform = dropUniform ? uniformStates(forest) : new boolean[stem + 1];
    final double[] weight = new double[stem + 1];
    // Distances from the group mean, so that equal rewards leave exactly 0.
    final double[] offset = new double[stem + 1];
    weight[stem] = bySize ? values.count(stem) : 1.0;
    for (int i = 0; i < stem; i++) {
      final int above = forest.segmentStart(i);
      weight[i] = weight[above];
      offset[i] = offset[above];
      final double size = size(values, i, stem);
      final boolean own = size > 1 && size < size(values, above, stem);
      if (own && forest.isFork(i) && !uniform[i] && !forest.isPrompt(i)) {
        final double w = bySize ? size : 1.0;
        weight[i] += w;
        offset[i] += w * (values.value(i) - values.value(stem));
      }
    }
    for (int l = 0; l < forest.leafCount(); l++) {
      final int node = forest.leafNode(l);
      final double raw = forest.reward(l) - values.value(stem);
      sheet.setLeaf(l, raw - offset[node] / weight[node]);
    }
    sheet.spreadLeaves(forest, shared);
  }

  /** Counts the leaves of one copy of a state. */
  private static double size(final SubtreeValues values, final int state, final int stem) {
    return state == stem
        ? values.count(stem)
        : (double) values.count(state) / Math.max(1, values.copies(state));
  }

  private static boolean[] uniformStates(final Forest forest) {
    final int stem = forest.stem();
    final double[] low = new double[stem + 1];
    final double[] high = new double[stem + 1];
    java.util.Arrays.fill(low, Double.POSITIVE_INFINITY);
    java.util.Arrays.fill(high, Double.NEGATIVE_INFINITY);
    final boolean[] uniform = new boolean[stem + 1];
    for (int i = stem - 1; i >= 0; i--) {
      if (forest.hasLeaf(i) && !Double.isNaN(forest.reward(forest.leafStart(i)))) {
        low[i] = Math.min(low[i], forest.reward(forest.leafStart(i)));
        high[i] = Math.max(high[i], forest.reward(forest.leafStart(i)));
      }
      uniform[i] = low[i] == high[i];
      low[forest.up(i)] = Math.min(low[forest.up(i)], low[i]);
      high[forest.up(i)] = Math.max(high[forest.up(i)], high[i]);
    }
    return uniform;
  }

  @Override
  public List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
    final SubtreeValues values = SubtreeValues.overLeaves(forest, forest.rewards());
    return List.of(
        String.format(
            Locale.ROOT,
            "subgroups weighted %s; whole group: %d leaves, mean %.6g; below this node: %d leaves,"
                + " mean %.6g",
            bySize ? "by size" : "equally",
            values.count(forest.stem()),
            values.value(forest.stem()),
            values.count(node),
            values.value(node)),
        Explain.leaves(forest, sheet, node, shared));
  }

  /** Offers the estimator by the name {@code treepo}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "treepo",
          "Against every subgroup of trajectories that shares a prefix with it.",
          PlugOption.choice(
              "combine",
              "How subgroups are put together: alike, or by their size.",
              "average",
              "group-size"),
          PlugOption.choice("uniform", "Whether subgroups of equal rewards count.", "keep", "drop"),
          SharedValue.OPTION);
    }

    @Override
    public CreditFormula make(final PlugOptions options) {
      return new TreePo(options);
    }
  }
}
