package dev.coppice.credit.tree;

import dev.coppice.credit.forest.CopyMeans;
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
 *
 * <p>By draws: a rollout counts as often as it was drawn. One draw is the trunk's end, and a node gets
 * what its trained copies have; the papers train one trajectory, so no mean over all copies exists.
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
  private final int[] children;
  private final double[] step;
  private final double[] copies;

  TrunkValues(final Forest forest, final String place) {
    this.forest = forest;
    final int stem = forest.stem();
    value = new double[stem + 1];
    rollouts = new int[stem + 1];
    children = new int[stem + 1];
    step = new double[stem];
    copies = new double[stem];
    for (int i = 0; i < stem; i++) {
      if (endsRun(i)) {
        children[forest.segmentStart(i)] += forest.draws(i);
      }
    }
    final int[] trunk = pickTrunks(place);
    valueStates(trunk);
    stepAlongTrunks(trunk);
  }

  private boolean endsRun(final int node) {
    return forest.isFork(node) && !forest.isPrompt(node);
  }

  /** Whether the copies of a node have several leaves each. */
  private boolean branches(final int node) {
    return forest.leafDraws(node) > forest.draws(node);
  }

  /** The child whose run ends the trunk at a fork of rollouts only, by its end; -1 elsewhere. */
  private int[] pickTrunks(final String place) {
    final int stem = forest.stem();
    final int[] first = new int[stem + 1];
    final int[] last = new int[stem + 1];
    final int[] branching = new int[stem + 1];
    Arrays.fill(first, -1);
    Arrays.fill(last, -1);
    for (int i = 0; i < stem; i++) {
      if (endsRun(i)) {
        final int above = forest.segmentStart(i);
        branching[above] += branches(i) ? 1 : 0;
        first[above] = first[above] < 0 ? i : first[above];
        last[above] = i;
      }
    }
    final boolean[] wasLast = new boolean[stem + 1];
    wasLast[stem] = "last".equals(place);
    for (int i = 0; i < stem; i++) {
      final int above = forest.segmentStart(i);
      final boolean tells = branching[above] == 1 && first[above] != last[above];
      wasLast[i] = tells && "auto".equals(place) ? last[above] == i : wasLast[above];
    }
    final int[] trunk = new int[stem + 1];
    for (int s = 0; s <= stem; s++) {
      trunk[s] = branching[s] > 0 ? -1 : wasLast[s] ? last[s] : first[s];
    }
    return trunk;
  }

  private void valueStates(final int[] trunk) {
    final int stem = forest.stem();
    final SubtreeValues below = SubtreeValues.overLeaves(forest, forest.rewards());
    final double[] sum = new double[stem + 1];
    final double[] first = new double[stem + 1];
    for (int i = stem - 1; i >= 0; i--) {
      if (forest.hasLeaf(i)) {
        final double reward = forest.reward(forest.leafStart(i));
        sample(forest.isPrompt(i) ? stem : i, reward, forest.draws(i), sum, first);
      }
      if (endsRun(i)) {
        value[i] = rollouts[i] > 0 ? first[i] + sum[i] / rollouts[i] : below.value(i);
        final int above = forest.segmentStart(i);
        if (children[above] == 1) {
          sample(above, value[i], 1, sum, first);
        } else if (!branches(i)) {
          // The end of the trunk is one draw; the others that came the same way are rollouts.
          final int others = forest.draws(i) - (trunk[above] == i ? 1 : 0);
          sample(above, value[i], others, sum, first);
        }
      }
    }
    value[stem] = rollouts[stem] > 0 ? first[stem] + sum[stem] / rollouts[stem] : below.value(stem);
  }

  private void sample(
      final int state,
      final double reward,
      final int times,
      final double[] sum,
      final double[] first) {
    if (!Double.isNaN(reward) && times > 0) {
      if (rollouts[state] == 0) {
        first[state] = reward;
      }
      rollouts[state] += times;
      sum[state] += times * (reward - first[state]);
    }
  }

  /** Settles the steps where runs end, then those of the nodes above, the mean of trained copies. */
  private void stepAlongTrunks(final int[] trunk) {
    final int stem = forest.stem();
    final boolean[] trained = new boolean[stem + 1];
    final double[] weight = new double[stem];
    trained[stem] = true;
    for (int i = 0; i < stem; i++) {
      if (endsRun(i)) {
        final int above = forest.segmentStart(i);
        final boolean onTrunk = trunk[above] == i || children[above] == 1;
        trained[i] = trained[above] && (onTrunk || branches(i));
        weight[i] = forest.draws(i);
        copies[i] = branches(i) ? forest.draws(i) : 1;
        step[i] = trained[i] ? value[i] - value[above] : Double.NaN;
      }
    }
    final double[] mean = Arrays.copyOf(value, stem);
    CopyMeans.carryUp(forest, mean, weight);
    for (int i = 0; i < stem; i++) {
      value[i] = forest.isPrompt(i) ? value[stem] : mean[i];
    }
  }

  /** The step in value per node where a trunk's run ends, NaN off the trunk. */
  double[] steps() {
    return step.clone();
  }

  /** The trained copies where a trunk's run ends. */
  double[] copies() {
    return copies;
  }

  double value(final int state) {
    return value[state];
  }

  int rollouts(final int state) {
    return rollouts[state];
  }
}
