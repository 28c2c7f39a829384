package dev.coppice.credit.share;

import dev.coppice.credit.forest.CopyMeans;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.SubtreeValues;
import java.util.HashMap;
import java.util.Map;

/**
 * Sums what was drawn from every state of a group, path-weighted.
 *
 * <p>States with equal paths are one, in whatever tree they stand: their draws are independent. Draws
 * of one systematic division are not, so there a state is one per tree, and what other trees drew from
 * an equal state lies outside it.
 *
 * @shape one place per node; the value of a node is the mean over its copies.
 * @thread any; immutable.
 * @cost O(nodes + leaves).
 */
final class TurnStates {
  private final Forest forest;
  private final SubtreeValues values;
  private final double[] value;
  private final double[] weight;
  private final State[] own;
  private final State[] equal;
  private final State whole = new State(null, 0);

  /** What was drawn from one state. */
  static final class State {
    /** The state the one before was drawn from, or null at the prompt. */
    final State above;

    /** The class of the turn drawn from it. */
    final int kind;

    /** Draws from the state, a fork's children each. */
    double draws;

    /** Sum of the values of those draws. */
    double sum;

    /** Leaves below. */
    double leaves;

    /** Share of the group below the state. */
    double mass;

    /** Sum of rewards below, weighted by their share of the group. */
    double massSum;

    State(final State above, final int kind) {
      this.above = above;
      this.kind = kind;
    }
  }

  TurnStates(final Forest forest, final Turns turns) {
    this.forest = forest;
    final double[] rewards = forest.rewards();
    values = SubtreeValues.overChildren(forest, rewards);
    value = values.values();
    CopyMeans.carryUp(forest, value, CopyMeans.counts(forest, values));
    weight = weights();
    own = new State[forest.nodeCount()];
    equal = new State[forest.nodeCount()];
    findStates(turns);
  }

  /** The share of the group's mass that one copy of a node has. */
  private double[] weights() {
    final double[] copy = new double[forest.nodeCount()];
    for (int i = 0; i < copy.length; i++) {
      final int from = forest.segmentStart(i);
      final boolean top = from == forest.stem();
      final double above = top ? 1.0 : copy[from] * values.copies(from);
      copy[i] = values.branches(from) == 0 ? 0.0 : above / values.branches(from);
    }
    return copy;
  }

  private void findStates(final Turns turns) {
    final Map<Long, State> ownByPath = new HashMap<>();
    final Map<Long, State> equalByPath = new HashMap<>();
    for (int i = 0; i < own.length; i++) {
      if (forest.isPrompt(i)) {
        continue;
      }
      final int from = turns.start(i);
      if (from != forest.up(i)) {
        own[i] = own[forest.parent(i)];
        equal[i] = equal[forest.parent(i)];
        continue;
      }
      final State above = from == forest.stem() ? null : equal[from];
      final long path = turns.path(from);
      final int tree = forest.treeOf(i);
      final int kind = turns.kind(i);
      equal[i] = equalByPath.computeIfAbsent(path, key -> new State(above, kind));
      own[i] =
          PairVariances.isSystematic(forest, tree)
              ? ownByPath.computeIfAbsent(path * 31 + tree, key -> new State(above, kind))
              : equal[i];
      count(i);
    }
  }

  private void count(final int node) {
    final int copies = values.copies(node);
    if (copies > 0) {
      add(equal[node], node, copies);
      if (own[node] != equal[node]) {
        add(own[node], node, copies);
      }
      if (forest.up(node) == forest.stem()) {
        add(whole, node, copies);
      }
    }
  }

  private void add(final State state, final int node, final int copies) {
    state.draws += copies;
    state.sum += copies * value[node];
    state.leaves += values.count(node);
    state.mass += copies * weight[node];
    state.massSum += copies * weight[node] * value[node];
  }

  /** The whole group, drawn from the prompt. */
  State whole() {
    return whole;
  }

  /** The state a node was drawn from, with the draws that are divided together. */
  State own(final int node) {
    return own[node];
  }

  /** The state a node was drawn from, with all draws of the group from it. */
  State equal(final int node) {
    return equal[node];
  }

  /** The mean value of the copies of a node, NaN where no leaf below counts. */
  double value(final int node) {
    return value[node];
  }

  /** The copies of a node that count. */
  int copies(final int node) {
    return values.copies(node);
  }

  /** The children each copy of a node has. */
  double childrenEach(final int node) {
    return (double) values.branches(node) / Math.max(1, values.copies(node));
  }

  /** The share of the group one copy of a node has. */
  double weight(final int node) {
    return weight[node];
  }
}
