package dev.coppice.credit.share;

import dev.coppice.credit.forest.CopyMeans;
import dev.coppice.credit.forest.Forest;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds what each node is compared with, and how far the comparison is to be trusted.
 *
 * <p>{@code b_out(s)} is the mean of what left the path above s, or came to an equal state in another
 * division, taken level by level, each shrunk to the one before with the strength {@code nu / tau} of
 * its class. Nothing of it was drawn together with a draw at s, so it is independent of that draw.
 *
 * @shape one value per node.
 * @thread any; immutable.
 * @cost O(nodes depth).
 */
final class TurnBaselines {
  private static final double MOST_STRENGTH = 1e4;
  private static final double NOTHING_LEFT = 1e-9;

  private final Forest forest;
  private final Turns turns;
  private final TurnVariances variances;
  private final TurnStates states;
  private final double[] saved;

  TurnBaselines(final Forest forest, final Turns turns, final TurnVariances variances) {
    this.forest = forest;
    this.turns = turns;
    this.variances = variances;
    states = new TurnStates(forest, turns);
    saved = savings();
  }

  /** How much less the value of a copy varies than one reward, because it forks later on. */
  private double[] savings() {
    final double[] less = new double[forest.nodeCount()];
    for (int i = 0; i < less.length; i++) {
      if (PairVariances.forks(forest, i)) {
        final int kind = PairVariances.kindBelow(forest, turns, i);
        less[i] = variances.left(kind) * (1 - 1 / Math.max(1.0, states.childrenEach(i)));
      }
    }
    final double[] copies = new double[less.length];
    for (int i = 0; i < copies.length; i++) {
      copies[i] = states.copies(i);
    }
    CopyMeans.carryUp(forest, less, copies);
    return less;
  }

  TurnStates states() {
    return states;
  }

  private boolean isSystematic(final int node) {
    return PairVariances.isSystematic(forest, forest.treeOf(node));
  }

  /** The mean of what is outside a node's state, NaN where nothing is. */
  double outside(final int node) {
    final TurnStates.State inside = states.own(node);
    final List<TurnStates.State> path = new ArrayList<>();
    for (TurnStates.State s = states.equal(node); s != null; s = s.above) {
      path.add(s);
    }
    double baseline = Double.NaN;
    for (final TurnStates.State level : path.reversed()) {
      final double mass = level.mass - inside.mass;
      if (mass > NOTHING_LEFT) {
        final double mean = (level.massSum - inside.massSum) / mass;
        final double leaves = level.leaves - inside.leaves;
        final double strength = strength(level.kind);
        baseline =
            Double.isNaN(baseline)
                ? mean
                : (leaves * mean + strength * baseline) / (leaves + strength);
      }
    }
    return baseline;
  }

  /** How many draws of a state the mean of those around it is worth. */
  private double strength(final int kind) {
    final int before = Math.max(0, kind - 1);
    if (!variances.knows(before)) {
      return 1.0;
    }
    return Math.min(
        MOST_STRENGTH, variances.left(kind) / Math.max(1e-9, variances.decided(before)));
  }

  /**
   * The baseline of a node whose draws are compared with all that is independent of them: every draw
   * of the group but the one itself, or what is outside the state where draws are divided together.
   */
  double outsideBaseline(final int node) {
    final double value = states.value(node);
    final TurnStates.State whole = states.whole();
    if (isSystematic(node)) {
      final double outside = outside(node);
      return Double.isNaN(outside) ? whole.massSum / whole.mass : outside;
    }
    final double rest = whole.mass - states.weight(node);
    return rest < NOTHING_LEFT ? value : (whole.massSum - states.weight(node) * value) / rest;
  }

  /** The baseline of a node from the draws of its own state, shrunk to what is outside. */
  double nodeBaseline(final int node) {
    final double value = states.value(node);
    final double outside = outside(node);
    final TurnStates.State own = states.own(node);
    final boolean alone = Double.isNaN(outside);
    if (own.draws < 1.5) {
      return alone ? value : outside;
    }
    if (isSystematic(node)) {
      return alone ? own.sum / own.draws : (own.sum + outside) / (own.draws + 1);
    }
    final double others = own.sum - value;
    return alone ? others / (own.draws - 1) : (others + outside) / own.draws;
  }

  /** The share of a turn in the variance that is left, by how sure this node's contrast is. */
  double nodeShare(final int node) {
    final int kind = turns.kind(node);
    if (!variances.knows(kind)) {
      return 1.0;
    }
    final double decided = variances.decided(kind);
    final double left = variances.left(kind + 1);
    final double noise = Math.max(0.0, left - saved[node]) / Math.max(1, states.copies(node));
    final TurnStates.State state = states.equal(node);
    final double before = variances.left(0) - variances.left(kind);
    final double reference =
        state.draws >= 1.5
            ? (decided + left) / state.draws
            : before + variances.left(0) / Math.max(1.0, states.whole().leaves);
    return decided / (decided + noise + reference + 1e-12);
  }
}
