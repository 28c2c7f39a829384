package dev.coppice.credit.forest;

import java.util.Arrays;

/**
 * Averages leaf values below every state, by leaves or by children.
 *
 * <p>By leaves: {@code V(n) = mean of the leaves below}: a subtree counts as often as it was
 * expanded. By children: {@code V(n) = mean over children of V(c)}, which is the mean of the
 * leaves with the path weight {@code prod 1/children}: a subtree counts as often as it was
 * drawn, however far it was expanded. A child without a scored leaf is left out, as if it had not
 * been drawn. A leaf that ends at a node with children counts as one more child.
 *
 * <p>Means are taken as {@code v0 + mean(v - v0)}, so equal leaves give exactly their value and
 * differences are exactly 0.
 *
 * @shape value and count are double[N + 1]; the last place is the stem.
 * @thread any; immutable after construction.
 * @cost O(N), one backward loop.
 */
public final class SubtreeValues {
  private final double[] value;
  private final int[] count;
  private final int[] branches;

  private SubtreeValues(final int states) {
    value = new double[states];
    count = new int[states];
    branches = new int[states];
  }

  /**
   * Averages over leaves.
   *
   * @param forest to average in; the prompts of all trees are one state.
   * @param leafValue one per leaf, {@code NaN} where it does not count.
   * @return the values.
   */
  public static SubtreeValues overLeaves(final Forest forest, final double[] leafValue) {
    return fold(forest, leafValue, true, null);
  }

  /**
   * Averages over children: the path-weighted mean of the leaves.
   *
   * @param forest to average in; the prompts of all trees are one state.
   * @param leafValue one per leaf, {@code NaN} where it does not count.
   * @return the values.
   */
  public static SubtreeValues overChildren(final Forest forest, final double[] leafValue) {
    return fold(forest, leafValue, false, null);
  }

  /**
   * Averages over children with a given weight each.
   *
   * @param forest to average in; the prompts of all trees are one state.
   * @param leafValue one per leaf, {@code NaN} where it does not count.
   * @param weight of each node among its siblings, positive.
   * @return the values.
   */
  public static SubtreeValues overWeighted(
      final Forest forest, final double[] leafValue, final double[] weight) {
    return fold(forest, leafValue, false, weight);
  }

  private static SubtreeValues fold(
      final Forest forest, final double[] leafValue, final boolean byLeaves, final double[] given) {
    final int stem = forest.stem();
    final SubtreeValues result = new SubtreeValues(stem + 1);
    final double[] first = new double[stem + 1];
    final double[] mass = new double[stem + 1];
    for (int i = stem - 1; i >= 0; i--) {
      final boolean prompt = forest.isPrompt(i);
      if (forest.hasLeaf(i) && !Double.isNaN(leafValue[forest.leafStart(i)])) {
        result.add(prompt ? stem : i, leafValue[forest.leafStart(i)], 1.0, 1, first, mass);
      }
      if (!prompt && result.count[i] > 0) {
        result.close(i, first, mass);
        final double weight = byLeaves ? result.count[i] : given == null ? 1.0 : given[i];
        result.add(forest.up(i), result.value[i], weight, result.count[i], first, mass);
      }
    }
    result.close(stem, first, mass);
    result.aliasPrompts(forest);
    return result;
  }

  /** Adds one branch to a state's running sums; value holds the weighted sum until close. */
  private void add(
      final int state,
      final double branchValue,
      final double weight,
      final int leaves,
      final double[] first,
      final double[] mass) {
    if (branches[state]++ == 0) {
      first[state] = branchValue;
    }
    value[state] += weight * (branchValue - first[state]);
    mass[state] += weight;
    count[state] += leaves;
  }

  private void close(final int state, final double[] first, final double[] mass) {
    value[state] = count[state] == 0 ? Double.NaN : first[state] + value[state] / mass[state];
  }

  private void aliasPrompts(final Forest forest) {
    final int stem = forest.stem();
    for (int i = 0; i < stem; i++) {
      if (forest.isPrompt(i)) {
        value[i] = value[stem];
        count[i] = count[stem];
        branches[i] = branches[stem];
      } else if (count[i] == 0) {
        value[i] = Double.NaN;
      }
    }
  }

  /**
   * Returns the mean below a state.
   *
   * @param state a node or the stem.
   * @return the value, or {@code NaN} where no leaf below counts.
   */
  public double value(final int state) {
    return value[state];
  }

  /**
   * Counts the leaves below a state that entered.
   *
   * @param state a node or the stem.
   * @return their number.
   */
  public int count(final int state) {
    return count[state];
  }

  /**
   * Counts the children of a state that have a value, a leaf of its own included.
   *
   * @param state a node or the stem.
   * @return their number.
   */
  public int branches(final int state) {
    return branches[state];
  }

  /**
   * Copies the values.
   *
   * @return one per state.
   */
  public double[] toArray() {
    return Arrays.copyOf(value, value.length);
  }
}
