package dev.coppice.credit.share;

import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.forest.CreditSheet;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.LearningFormula;
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
 * Scores a draw against the draws that do not share it, times the share of the reward's variance its
 * turn decides.
 *
 * <p>{@code A(n) = lambda(n) (V(n) - b(n))}, V being the mean over the node's draws. A fork's leaves
 * are left out together, one draw of a coalesced node alone.
 *
 * <ul>
 *   <li>{@code baseline=node} (default): with m draws from the state s of the node's turn, {@code b =
 *       (sum of the other draws of s + b_out) / m}, b_out the mean of what left the path above; of one
 *       draw {@code b = b_out}. Under systematic division {@code b = (sum of s + b_out) / (m + 1)},
 *       which holds the draw itself.
 *   <li>{@code baseline=outside}: b is the path-weighted mean of all draws of the group that do not
 *       share this one; under systematic division of what is outside the state's subtree, b_out.
 *   <li>{@code lambda=share} (default): with {@code nu(u)} the variance left after turn class u and
 *       {@code tau(u) = nu(u-1) - nu(u)}: per node {@code tau / (tau + nu/m_c + (tau + nu)/m_s)} for
 *       {@code baseline=node}, {@code tau / nu(-1)} per class for {@code outside}; at least {@code
 *       floor}. While fewer than 8 groups told a class, lambda is 1.
 *   <li>{@code lambda=1}: nothing is weighed.
 * </ul>
 *
 * <p><b>Bias.</b> {@code E[gradient] = sum over u of lambda(u) gradient(u)}: lambda shrinks turns that
 * decide little, so it turns the gradient towards those that decide much. {@code baseline=outside,
 * lambda=1} is unbiased: b is independent of what was drawn. So is {@code baseline=node, lambda=1}
 * where draws are independent; under systematic division its b holds the draw, a bias of O(1/m^2). One
 * systematic trunk has nothing outside its first division: there {@code outside} uses the mean of the
 * group, with that same bias. Shares come from earlier groups alone, never from the group scored.
 *
 * <p>A turn with nothing independent to compare with gets 0. Turn classes count from {@code decision}:
 * the turn the environment's plan names, in a run; where nobody says, the first turn.
 *
 * <p>{@code tool=on}: the tokens of a call that siblings contrast with carry lambda times that
 * contrast, whose standard error {@link CallContrasts} tells; not under systematic division, whose
 * siblings are not independent.
 *
 * @source ours.
 */
public final class TurnShare implements LearningFormula {
  private final boolean byNode;
  private final boolean shares;
  private final double floor;
  private final boolean tool;
  private final int decision;
  private final TurnVariances variances;

  /**
   * Fixes the options.
   *
   * @param options as {@link Offer} declares them.
   */
  public TurnShare(final PlugOptions options) {
    byNode = options.is("baseline", "node");
    shares = options.is("lambda", "share");
    floor = options.number("floor");
    tool = options.is("tool", "on");
    decision = (int) Math.max(0, options.whole(LearningFormula.DECISION));
    variances = TurnVariances.parse(options.text(LearningFormula.SHARES));
  }

  @Override
  public String observe(final Forest forest) {
    return PairVariances.text(PairVariances.of(forest, new Turns(forest, decision)));
  }

  @Override
  public String advance(final String learned, final String observed) {
    return TurnVariances.parse(learned).after(PairVariances.parse(observed)).toString();
  }

  @Override
  public void score(final Forest forest, final CreditSheet sheet) {
    final Turns turns = new Turns(forest, decision);
    final TurnBaselines baselines = new TurnBaselines(forest, turns, variances);
    // Equal rewards contrast by exactly nothing, not by what rounding leaves of it.
    final boolean isFlat = isFlat(forest.rewards());
    for (int i = 0; i < forest.nodeCount(); i++) {
      if (forest.isSampled(i) && baselines.states().copies(i) > 0) {
        final double contrast = baselines.states().value(i) - baseline(baselines, i);
        sheet.setNode(i, isFlat ? 0.0 : lambda(turns, baselines, i) * contrast);
      }
    }
    if (tool && !isFlat && forest.callCount() > 0) {
      scoreCalls(forest, sheet, turns, baselines);
    }
  }

  private static boolean isFlat(final double[] rewards) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (final double reward : rewards) {
      least = Double.isNaN(reward) ? least : Math.min(least, reward);
      most = Double.isNaN(reward) ? most : Math.max(most, reward);
    }
    return least >= most;
  }

  private void scoreCalls(
      final Forest forest,
      final CreditSheet sheet,
      final Turns turns,
      final TurnBaselines baselines) {
    for (final CallContrast call : CallContrasts.of(forest.group())) {
      final int node = forest.treeStart(call.tree()) + call.node();
      if (!PairVariances.isSystematic(forest, call.tree())) {
        final double value = lambda(turns, baselines, node) * call.advantage();
        final int place = forest.callById(call.tree(), call.call());
        sheet.setCall(place, forest.callCount(), value - sheet.node(node));
      }
    }
  }

  private double baseline(final TurnBaselines baselines, final int node) {
    return byNode ? baselines.nodeBaseline(node) : baselines.outsideBaseline(node);
  }

  private double lambda(final Turns turns, final TurnBaselines baselines, final int node) {
    if (!shares) {
      return 1.0;
    }
    final double share = byNode ? baselines.nodeShare(node) : variances.share(turns.kind(node));
    return Math.max(floor, share);
  }

  @Override
  public List<String> explain(final Forest forest, final CreditSheet sheet, final int node) {
    final Turns turns = new Turns(forest, decision);
    final TurnBaselines baselines = new TurnBaselines(forest, turns, variances);
    final TurnStates states = baselines.states();
    final List<String> lines = new ArrayList<>();
    final int kind = turns.kind(node);
    lines.add(
        String.format(
            Locale.ROOT,
            "turn %d, %s; it decides %.4g of the variance %.4g inside a prompt (%s); lambda %.4g",
            turns.turn(node),
            kind == 0 ? "before the decision" : "class " + kind + " from decision turn " + decision,
            variances.share(kind),
            variances.left(0),
            variances.knows(kind) ? "learned" : "too few groups so far: 1",
            lambda(turns, baselines, node)));
    lines.add(
        String.format(
            Locale.ROOT,
            "V %.6g over %d draws; %.0f draws from its state; baseline %.6g (%s), outside %.6g",
            states.value(node),
            states.copies(node),
            states.own(node).draws,
            baseline(baselines, node),
            byNode ? "its state, shrunk to outside" : "outside",
            baselines.outside(node)));
    for (int u = 0; u < Turns.CLASSES; u++) {
      if (variances.knows(u)) {
        lines.add(String.format(Locale.ROOT, "share of class %d: %.4g", u, variances.share(u)));
      }
    }
    explainCalls(forest, node, lines);
    return lines;
  }

  private void explainCalls(final Forest forest, final int node, final List<String> lines) {
    final int tree = forest.treeOf(node);
    for (final CallContrast call : CallContrasts.of(forest.group())) {
      if (tool && call.tree() == tree && call.node() == node - forest.treeStart(tree)) {
        lines.add(call.explained());
      }
    }
  }

  /** Offers the estimator by the name {@code turn-share}. */
  public static final class Offer extends NamedPlug implements EstimatorPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "turn-share",
          "A draw against those that do not share it, by its turn's share of the variance.",
          PlugOption.choice(
              "baseline",
              "What a draw is compared with: its state's draws, or all that do not share it.",
              "node",
              "outside"),
          PlugOption.choice(
              "lambda", "What a turn weighs: its share of the variance, or 1.", "share", "1"),
          PlugOption.number("floor", 0.2, new Range(0, 1), "Least weight of a turn."),
          PlugOption.choice("tool", "Whether contrasts between calls count.", "on", "off"),
          PlugOption.whole(
              LearningFormula.DECISION,
              -1,
              new Range(-1, 1_000_000),
              "Turn that decides, from 0; -1 for the run's plan, or the first where nobody says."),
          PlugOption.whole(
              LearningFormula.BEHIND,
              0,
              new Range(0, 1_000_000),
              "Groups from the newest one learned from; 0 for twice those in flight, offline 1."),
          PlugOption.text(
              LearningFormula.SHARES,
              PlugOption.Type.TEXT,
              "",
              "What earlier groups told, as a credit block has it; empty to begin anew."));
    }

    @Override
    public TurnShare make(final PlugOptions options) {
      return new TurnShare(options);
    }
  }
}
