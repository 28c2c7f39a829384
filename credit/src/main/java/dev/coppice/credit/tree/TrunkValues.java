package dev.coppice.credit.tree;

import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.SubtreeValues;
import dev.coppice.plug.PlugOption;
import java.util.Arrays;

/**
 * Splits a tree into the trunk that is trained and the Monte-Carlo rollouts that value it.
 *
 * <p>At a fork, a child with at least two leaves below carries the trunk on, and every child with
 * one leaf is a rollout that values the fork. Where all children have one leaf, one of them is the
 * trunk's own end and the others value the fork. {@code trunk=auto} takes the first for the end, or
 * the last if the trunk was the last child, and the only one to fork again, at the fork before;
 * {@code first} and {@code last} say it outright. So no state is valued by the trajectory that is
 * trained. {@code V(fork) = mean reward of its rollouts}; a fork without a scored rollout of its own
 * takes the mean of all leaves below. A run without a fork has the value of its end.
 */
final class TrunkValues {
  static final PlugOption TRUNK =
      PlugOption.choice(
          "trunk",
          "Which leaf is the end of the trunk where all children have one.",
          "auto",
          "first",
          "last");

  private final Forest forest;
  private final double[] value;
  private final int[] rollouts;
  private final boolean[] trained;

  TrunkValues(final Forest forest, final String place) {
    this.forest = forest;
    final int stem = forest.stem();
    value = new double[stem + 1];
    rollouts = new int[stem + 1];
    trained = new boolean[stem + 1];
    final int[] trunk = pickTrunks(place);
    trained[stem] = true;
    for (int i = 0; i < stem; i++) {
      final int above = forest.up(i);
      final boolean onTrunk = trunk[above] == i || leaves(i) > 1 || forest.children(above) == 1;
      trained[i] = trained[above] && (onTrunk || forest.isPrompt(i));
    }
    valueStates(trunk);
  }

  /** The child that ends the trunk at a fork of rollouts only; -1 elsewhere. */
  private int[] pickTrunks(final String place) {
    final int stem = forest.stem();
    final int[] first = new int[stem + 1];
    final int[] last = new int[stem + 1];
    final int[] branches = new int[stem + 1];
    Arrays.fill(first, -1);
    Arrays.fill(last, -1);
    for (int i = 0; i < stem; i++) {
      if (!forest.isPrompt(i)) {
        final int above = forest.up(i);
        branches[above] += leaves(i) > 1 ? 1 : 0;
        first[above] = first[above] < 0 ? i : first[above];
        last[above] = i;
      }
    }
    final boolean[] wasLast = new boolean[stem + 1];
    wasLast[stem] = "last".equals(place);
    for (int i = 0; i < stem; i++) {
      final int above = forest.up(i);
      final boolean tells = branches[above] == 1 && first[above] != last[above];
      wasLast[i] = tells && "auto".equals(place) ? last[above] == i : wasLast[above];
    }
    final int[] trunk = new int[stem + 1];
    for (int s = 0; s <= stem; s++) {
      trunk[s] = branches[s] > 0 ? -1 : wasLast[s] ? last[s] : first[s];
    }
    return trunk;
  }

  private int leaves(final int node) {
    return forest.leafEnd(node) - forest.leafStart(node);
  }

  private void valueStates(final int[] trunk) {
    final int stem = forest.stem();
    final SubtreeValues below = SubtreeValues.overLeaves(forest, forest.rewards());
    final double[] sum = new double[stem + 1];
    final double[] first = new double[stem + 1];
    for (int i = stem - 1; i >= 0; i--) {
      final int above = forest.up(i);
      if (forest.hasLeaf(i)) {
        sample(forest.isPrompt(i) ? stem : i, forest.reward(forest.leafStart(i)), sum, first);
      }
      if (!forest.isPrompt(i)) {
        value[i] = rollouts[i] > 0 ? first[i] + sum[i] / rollouts[i] : below.value(i);
        final boolean passes = forest.children(above) == 1;
        if (passes || (leaves(i) <= 1 && trunk[above] != i)) {
          sample(above, value[i], sum, first);
        }
      }
    }
    value[stem] = rollouts[stem] > 0 ? first[stem] + sum[stem] / rollouts[stem] : below.value(stem);
    for (int i = 0; i < stem; i++) {
      value[i] = forest.isPrompt(i) ? value[stem] : value[i];
    }
  }

  private void sample(
      final int state, final double reward, final double[] sum, final double[] first) {
    if (!Double.isNaN(reward)) {
      if (rollouts[state]++ == 0) {
        first[state] = reward;
      }
      sum[state] += reward - first[state];
    }
  }

  /** The step in value a trunk segment makes, or NaN off the trunk. */
  double step(final int node) {
    return trained[node] ? value[node] - value[forest.segmentStart(node)] : Double.NaN;
  }

  double value(final int state) {
    return value[state];
  }

  int rollouts(final int state) {
    return rollouts[state];
  }
}
