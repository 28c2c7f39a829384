package dev.coppice.credit.tree;

import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.forest.CopyMeans;
import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.SharedValue;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Scores a step against the group of its trajectory and against all steps taken in one state.
 *
 * <p>{@code A = A_E + weight * A_S}. {@code A_E = R - mean(R)} over the trajectories; {@code A_S =
 * G_t - mean(G over steps from the same anchor)}, G being the return discounted by gamma; {@code
 * norm=mean-std} divides each by {@code std + 1e-6}, ddof 1. The anchor of a step is the digest of
 * the world before it; where a trace has none, it is the branch point itself, which every sibling
 * shares, so in a tree anchors are exact. An anchor with one row gives {@code A_S = 0}.
 *
 * <p>{@code baseline=trajectory} is the paper's Eq. 3. The code's default counts a trajectory once
 * per step row, so long ones drag the baseline: {@code baseline=row} (golden G12). A shared step
 * stands in the rows of all trajectories through it, as duplicated rows would have it. A group of
 * one gives 0; the code gives its raw reward.
 *
 * @source GiGPO, arXiv:2505.10978; verl-agent gigpo/core_gigpo.py.
 */
public final class Gigpo implements CreditFormula {
  private static final double EPS = 1e-6;
  private static final int ALONE = -1;

  private final double gamma;
  private final double weight;
  private final boolean divides;
  private final boolean byRow;
  private final SharedValue shared;

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public Gigpo(final PlugOptions options) {
    gamma = options.number("gamma");
    weight = options.number("weight");
    divides = options.is("norm", "mean-std");
    byRow = options.is("baseline", "row");
    shared = SharedValue.of(options);
  }

  @Override
  public void score(final Forest forest, final CreditSheet sheet) {
    scoreEpisodes(forest, sheet);
    sheet.spreadLeaves(forest, shared);
    final ReturnMoments returns = new ReturnMoments(forest, gamma);
    final int[] anchors = anchors(forest);
    final ReturnMoments groups = groups(forest, returns, anchors);
    for (int i = 0; i < forest.nodeCount(); i++) {
      if (forest.isSampled(i) && returns.count[i] > 0) {
        final double rows = shared == SharedValue.SUM ? returns.rows(i) : 1.0;
        sheet.setNode(i, sheet.node(i) + rows * weight * step(returns, groups, i, anchors[i]));
      }
    }
  }

  private void scoreEpisodes(final Forest forest, final CreditSheet sheet) {
    final double[] reward = forest.rewards();
    final double[] steps = steps(forest);
    double first = 0.0;
    double sum = 0.0;
    double rows = 0;
    for (int l = 0; l < reward.length; l++) {
      if (!Double.isNaN(reward[l])) {
        first = rows == 0 ? reward[l] : first;
        rows += steps[l];
        sum += steps[l] * (reward[l] - first);
      }
    }
    final double mean = first + (rows == 0 ? 0.0 : sum / rows);
    double squares = 0.0;
    for (int l = 0; l < reward.length; l++) {
      final double distance = Double.isNaN(reward[l]) ? 0.0 : reward[l] - mean;
      squares += steps[l] * distance * distance;
    }
    final double scale = divides && rows > 1 ? Math.sqrt(squares / (rows - 1)) + EPS : 1.0;
    for (int l = 0; l < reward.length; l++) {
      sheet.setLeaf(l, (reward[l] - mean) / scale);
    }
  }

  /** How often a trajectory counts in the baseline: once, or once per step row. */
  private double[] steps(final Forest forest) {
    final int[] above = new int[forest.stem() + 1];
    final double[] steps = CopyMeans.leafDraws(forest);
    for (int i = 0; i < forest.nodeCount(); i++) {
      above[i] = above[forest.up(i)] + (forest.isSampled(i) ? 1 : 0);
      if (forest.hasLeaf(i)) {
        steps[forest.leafStart(i)] *= byRow ? Math.max(1, above[i]) : 1;
      }
    }
    return steps;
  }

  private static int[] anchors(final Forest forest) {
    final Map<String, Integer> known = new HashMap<>();
    final int[] anchors = new int[forest.nodeCount()];
    for (int i = 0; i < anchors.length; i++) {
      final int parent = forest.parent(i);
      final String state = parent < 0 ? null : forest.node(parent).state();
      // CopyMeans of a state without a digest that fork nothing are alone, each with one step.
      anchors[i] = forest.isFork(forest.up(i)) ? forest.up(i) : ALONE;
      if (state != null) {
        final Integer first = known.putIfAbsent(state, forest.up(i));
        anchors[i] = first == null ? forest.up(i) : first;
      }
    }
    return anchors;
  }

  private static ReturnMoments groups(
      final Forest forest, final ReturnMoments returns, final int[] anchors) {
    final ReturnMoments groups = ReturnMoments.empty(forest.stem() + 1);
    for (int i = 0; i < anchors.length; i++) {
      if (forest.isSampled(i) && anchors[i] != ALONE) {
        groups.merge(anchors[i], returns.count[i], returns.mean[i], returns.squares[i]);
      }
    }
    return groups;
  }

  private double step(
      final ReturnMoments returns, final ReturnMoments groups, final int node, final int anchor) {
    if (anchor == ALONE || groups.count[anchor] < 2) {
      return 0.0;
    }
    // Summed over rows every row counts alike; else every copy of the node does.
    final double value = shared == SharedValue.SUM ? returns.mean[node] : returns.own(node);
    final double distance = value - groups.mean[anchor];
    return divides ? distance / (groups.deviation(anchor) + EPS) : distance;
  }

  @Override
  public List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
    final ReturnMoments returns = new ReturnMoments(forest, gamma);
    final int[] anchors = anchors(forest);
    final ReturnMoments groups = groups(forest, returns, anchors);
    final int anchor = anchors[node];
    final double step = step(returns, groups, node, anchor);
    final String state = forest.parent(node) < 0 ? null : forest.node(forest.parent(node)).state();
    return List.of(
        String.format(
            Locale.ROOT,
            "return from this step %.6g over %d rows; anchor %s: %d rows, mean %.6g,"
                + " deviation %.6g",
            returns.own(node),
            returns.count[node],
            state == null ? "is the branch point" : state,
            anchor == ALONE ? returns.count[node] : groups.count[anchor],
            anchor == ALONE ? returns.own(node) : groups.mean[anchor],
            anchor == ALONE ? 0.0 : groups.deviation(anchor)),
        String.format(
            Locale.ROOT,
            "episode part %.6g + weight %.6g * step part %.6g",
            sheet.node(node) - weight * step,
            weight,
            step));
  }

  /** Offers the estimator by the name {@code gigpo}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "gigpo",
          "A step against its group and against all steps taken in one state.",
          PlugOption.number("gamma", 0.95, Range.NOT_NEGATIVE, "Discount of returns, per step."),
          PlugOption.number(
              "weight",
              1.0,
              Range.NOT_NEGATIVE,
              "Weight of the step's advantage beside the trajectory's."),
          PlugOption.choice(
              "norm",
              "Whether a difference from the mean is divided by the deviation.",
              "mean",
              "mean-std"),
          PlugOption.choice(
              "baseline",
              "How the mean counts a trajectory: once, or once per step.",
              "trajectory",
              "row"),
          SharedValue.OPTION);
    }

    @Override
    public CreditFormula make(final PlugOptions options) {
      return new Gigpo(options);
    }
  }
}
