package dev.coppice.credit.forest;

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
  private final int[] copies;
  private final double[] first;
  private final double[] mass;

  private SubtreeValues(final Forest forest) {
    final int states = forest.stem() + 1;
    value = new double[states];
    count = new int[states];
    branches = new int[states];
    copies = new int[states];
    first = new double[states];
    mass = new double[states];
  }

  /**
   * Averages over leaves.
   *
   * @param forest to average in; the prompts of all trees are one state.
   * @param leafValue one per leaf, {@code NaN} where it does not count.
   * @return the values.
   */
  public static SubtreeValues overLeaves(final Forest forest, final double[] leafValue) {
    return new SubtreeValues(forest).fold(forest, leafValue, true, null);
  }

  /**
   * Averages over children: the path-weighted mean of the leaves.
   *
   * @param forest to average in; the prompts of all trees are one state.
   * @param leafValue one per leaf, {@code NaN} where it does not count.
   * @return the values.
   */
  public static SubtreeValues overChildren(final Forest forest, final double[] leafValue) {
    return new SubtreeValues(forest).fold(forest, leafValue, false, null);
  }

  /**
   * Averages over children with a given weight each, every tree on its own.
   *
   * @param forest to average in; a prompt has the value of its own tree.
   * @param leafValue one per leaf, {@code NaN} where it does not count.
   * @param weight of each node among its siblings, positive.
   * @return the values.
   */
  public static SubtreeValues overWeighted(
      final Forest forest, final double[] leafValue, final double[] weight) {
    return new SubtreeValues(forest).fold(forest, leafValue, false, weight);
  }

  private SubtreeValues fold(
      final Forest forest,
      final double[] leafValue,
      final boolean byLeaves,
      final double[] childWeight) {
    final int stem = forest.stem();
    final boolean apart = childWeight != null;
    for (int i = stem - 1; i >= 0; i--) {
      final boolean alias = !apart && forest.isPrompt(i);
      if (forest.hasLeaf(i) && !Double.isNaN(leafValue[forest.leafStart(i)])) {
        final int draws = forest.draws(i);
        add(alias ? stem : i, leafValue[forest.leafStart(i)], draws, draws, draws);
      }
      if (!alias && count[i] > 0) {
        close(i);
        copies[i] = Math.min(forest.draws(i), branches[i]);
        final int target = apart && forest.parent(i) >= 0 ? forest.parent(i) : forest.up(i);
        final double given = apart && forest.isFork(target) ? childWeight[i] : 1.0;
        add(target, value[i], byLeaves ? count[i] : given * copies[i], copies[i], count[i]);
      }
    }
    close(stem);
    finish(forest, apart);
    return this;
  }

  /** Adds one branch to a state's running sums; value holds the weighted sum until close. */
  private void add(
      final int state,
      final double branchValue,
      final double weight,
      final int draws,
      final int leaves) {
    if (branches[state] == 0) {
      first[state] = branchValue;
    }
    branches[state] += draws;
    value[state] += weight * (branchValue - first[state]);
    mass[state] += weight;
    count[state] += leaves;
  }

  private void close(final int state) {
    value[state] = count[state] == 0 ? Double.NaN : first[state] + value[state] / mass[state];
  }

  private void finish(final Forest forest, final boolean apart) {
    final int stem = forest.stem();
    for (int i = 0; i < stem; i++) {
      if (!apart && forest.isPrompt(i)) {
        value[i] = value[stem];
        count[i] = count[stem];
        branches[i] = branches[stem];
      } else if (count[i] == 0) {
        value[i] = Double.NaN;
      }
    }
  }

  /**
   * Sums, at every fork, the squared distances of its children's values from its own.
   *
   * <p>A child that divides later counts with the value of each of its draws.
   *
   * @param forest averaged over.
   * @param leafValue the values averaged, for leaves that end at a state with children.
   * @return one sum per state; prompts have the stem's.
   */
  public double[] childSquares(final Forest forest, final double[] leafValue) {
    final int stem = forest.stem();
    final double[] squares = new double[stem + 1];
    for (int i = 0; i < stem; i++) {
      final int state = forest.isPrompt(i) ? stem : i;
      if (forest.hasLeaf(i) && !Double.isNaN(leafValue[forest.leafStart(i)])) {
        final double distance = leafValue[forest.leafStart(i)] - value[state];
        squares[state] += forest.draws(i) * (distance * distance);
      }
      if (state != stem && count[i] > 0 && forest.isFork(i)) {
        final int from = forest.segmentStart(i);
        final double distance = value[i] - value[from];
        squares[from] += copies[i] * (distance * distance);
      }
    }
    for (int i = 0; i < stem; i++) {
      squares[i] = forest.isPrompt(i) ? squares[stem] : squares[i];
    }
    return squares;
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
   * Counts the copies of a node that have a value.
   *
   * @param node of the forest.
   * @return those of its draws with a leaf below that counts; 1 or 0 where nothing is coalesced.
   */
  public int copies(final int node) {
    return copies[node];
  }

  /**
   * Returns the values of all states, to be changed by the caller.
   *
   * @return a copy, {@code NaN} where no leaf below counts.
   */
  public double[] values() {
    return value.clone();
  }

  /**
   * Counts the children of a state, by draws, that have a value, a leaf of its own included.
   *
   * @param state a node or the stem.
   * @return their number.
   */
  public int branches(final int state) {
    return branches[state];
  }
}
