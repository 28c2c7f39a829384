package dev.coppice.credit.tree;

import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.SubtreeValues;
import dev.coppice.credit.group.Predictable;
import dev.coppice.credit.tool.CallContrast;
import dev.coppice.credit.tool.CallContrasts;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Scores a segment against its siblings' subtrees and the rest of the group, unbiased under
 * adaptive branching.
 *
 * <p>{@code V(n)} is the mean of the leaves below with the path weight {@code prod 1/children}.
 * {@code local(n) = V(n) - V(sibling subtrees)}; a segment without siblings takes those of its
 * nearest ancestor that has some. {@code global(n) = V(n) - V(the other subtrees of the prompt)},
 * over all trees of the group. {@code A(n) = (1 - g) local(n) + g global(n)}, g the option {@code
 * global} (0.5). Nothing is divided by a deviation. With nothing to compare with, A is 0.
 *
 * <p>Why it is unbiased: if every node's number of children is decided from the path up to it,
 * before a child is sampled, then {@code E[V(n) | n] = Q(n)} and both baselines are independent of
 * what was sampled at n. So {@code sum_n pathWeight(n) A(n) grad log pi(n)} has the policy
 * gradient as its mean, whatever g. With {@code weighting=uniform} V is the plain mean of leaves:
 * a subtree counts more the further it was expanded, and the mean is wrong (golden G16).
 *
 * <p>A child that failed or was never grown counts as not drawn, so its siblings share its weight;
 * this is unbiased as long as failing has nothing to do with what was sampled.
 *
 * <p>{@code tool=on}: the tokens of a call that siblings contrast with carry the local part alone;
 * see {@link CallContrasts}, which adds the standard error.
 *
 * <p>It needs independent draws. Where one number divided the samples of a node, those left in tell of
 * the one left out; such groups are refused.
 *
 * @source ours.
 */
public final class Coppice implements CreditFormula {
  private final boolean byPath;
  private final boolean tool;
  private final double global;

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public Coppice(final PlugOptions options) {
    byPath = options.is("weighting", "path");
    tool = options.is("tool", "on");
    global = options.number("global");
  }

  @Override
  public void score(final Forest forest, final CreditSheet sheet) {
    final SubtreeContrast contrast = contrast(forest);
    for (int i = 0; i < forest.nodeCount(); i++) {
      if (forest.isSampled(i)) {
        sheet.setNode(i, mix(contrast.local(i), contrast.global(i)));
      }
    }
    if (tool && forest.callCount() > 0) {
      final boolean[] contrasted = CallContrasts.contrasted(forest, contrast.values());
      for (int c = 0; c < contrasted.length; c++) {
        if (contrasted[c]) {
          final int node = forest.callNode(c);
          sheet.setCall(c, contrasted.length, contrast.local(node) - sheet.node(node));
        }
      }
    }
  }

  private SubtreeContrast contrast(final Forest forest) {
    return new SubtreeContrast(
        forest,
        byPath
            ? SubtreeValues.overChildren(forest, forest.rewards())
            : SubtreeValues.overLeaves(forest, forest.rewards()),
        byPath);
  }

  private double mix(final double local, final double rest) {
    return (1.0 - global) * local + global * rest;
  }

  @Override
  public List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
    final SubtreeContrast contrast = contrast(forest);
    final SubtreeValues values = contrast.values();
    final int from = forest.segmentStart(node);
    final List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "V %.6g (%s); fork above: %d scored children, mean %.6g; baseline of siblings %.6g",
            values.value(node),
            byPath ? "leaves weighted by 1/children along the path" : "plain mean of leaves",
            values.branches(from),
            values.value(from),
            values.value(node) - contrast.local(node)));
    lines.add(
        String.format(
            Locale.ROOT,
            "rest of the group: baseline %.6g over %d subtrees of the prompt; %.3g * local %.6g +"
                + " %.3g * global %.6g",
            values.value(node) - contrast.global(node),
            Math.max(0, values.branches(forest.stem()) - 1),
            1.0 - global,
            contrast.local(node),
            global,
            contrast.global(node)));
    if (tool) {
      explainCalls(forest, node, lines);
    }
    return lines;
  }

  private static void explainCalls(final Forest forest, final int node, final List<String> lines) {
    final int tree = forest.treeOf(node);
    for (final CallContrast call : CallContrasts.of(forest.group())) {
      if (call.tree() == tree && call.node() == node - forest.treeStart(tree)) {
        lines.add(call.explained());
      }
    }
  }

  /** Offers the estimator by the name {@code coppice}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "coppice",
          "A segment against its siblings' subtrees and the rest of the group, unbiased.",
          PlugOption.choice(
              "weighting",
              "What a child weighs: its path weight, or as much as any other.",
              "path",
              "uniform"),
          PlugOption.choice("tool", "Whether contrasts between calls count.", "on", "off"),
          PlugOption.number(
              "global",
              0.5,
              new Range(0, 1),
              "Share of the comparison with the rest of the group."));
    }

    /** Leaving a sample out leaves its siblings in, which one number divided with it. */
    @Override
    public boolean needsIndependentDraws() {
      return true;
    }

    @Override
    public boolean restsOnPathWeights() {
      return true;
    }

    @Override
    public CreditFormula make(final PlugOptions options) {
      return Predictable.whereSizedByOutcomes(new Coppice(options), options);
    }
  }
}
