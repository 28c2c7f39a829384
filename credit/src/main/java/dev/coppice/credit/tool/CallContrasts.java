package dev.coppice.credit.tool;

import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.SubtreeValues;
import dev.coppice.trajectory.TrajectoryGroup;
import java.util.ArrayList;
import java.util.List;

/**
 * Credits tool calls one by one: at a fork before a call, its subtree against its siblings'.
 *
 * <p>{@code advantage = V(subtree) - mean V(siblings)}, V being path-weighted. The children of the
 * first fork inside a subtree are independent draws of its value, so their spread gives its error:
 * {@code s^2 = sum_b sum_c (V(c) - V(b))^2 / sum_b (k_b - 1)} pooled over the siblings b with k_b
 * children each, {@code se^2 = s^2 * (1/k + mean(1/k_others) / others)}, with Student's t for the
 * interval. Pooling supposes siblings of like spread.
 *
 * <p>A call of several draws is what each of them is worth against all others: the value of the node
 * against those outside, times the share of the others that are outside.
 *
 * <p>Only the first call after a fork is contrasted: a later one in the same run shares its
 * siblings with the first, and nothing tells their parts apart. Calls made in one node are
 * contrasted as one.
 *
 * @thread any; static.
 * @cost O(nodes + calls).
 */
public final class CallContrasts {
  private CallContrasts() {}

  /**
   * Contrasts all calls of a group that have scored siblings.
   *
   * @param group of finished trees.
   * @return the contrasts in order of tree and call.
   */
  public static List<CallContrast> of(final TrajectoryGroup group) {
    final Forest forest = new Forest(group);
    final double[] rewards = forest.rewards();
    final SubtreeValues values = SubtreeValues.overChildren(forest, rewards);
    final Spread spread = new Spread(forest, values, values.childSquares(forest, rewards));
    final boolean[] contrasted = contrasted(forest, values);
    final List<CallContrast> found = new ArrayList<>();
    for (int c = 0; c < contrasted.length; c++) {
      if (contrasted[c]) {
        found.add(spread.contrast(c));
      }
    }
    return found;
  }

  /**
   * Says which calls stand first after a fork with scored siblings.
   *
   * @param forest the group.
   * @param values below its nodes.
   * @return one per call.
   */
  public static boolean[] contrasted(final Forest forest, final SubtreeValues values) {
    final boolean[] calls = new boolean[forest.stem() + 1];
    for (int c = 0; c < forest.callCount(); c++) {
      calls[forest.callNode(c)] = true;
    }
    final boolean[] called = new boolean[forest.stem() + 1];
    for (int i = 0; i < forest.nodeCount(); i++) {
      final int above = forest.up(i);
      final boolean top = above == forest.segmentStart(i);
      called[i] = !top && (called[above] || calls[above]);
    }
    final boolean[] result = new boolean[forest.callCount()];
    for (int c = 0; c < result.length; c++) {
      final int node = forest.callNode(c);
      final int fork = forest.segmentStart(node);
      result[c] = !called[node] && values.count(node) > 0 && values.branches(fork) > 1;
    }
    return result;
  }

  /** Sums over the branches of every fork what the pooled error needs. */
  private static final class Spread {
    private final Forest forest;
    private final SubtreeValues values;
    private final double[] pooled;
    private final int[] freedom;
    private final double[] inverse;
    private final double[] inverseRun;

    Spread(final Forest forest, final SubtreeValues values, final double[] squares) {
      this.forest = forest;
      this.values = values;
      final int stem = forest.stem();
      pooled = new double[stem + 1];
      freedom = new int[stem + 1];
      inverse = new double[stem + 1];
      final double[] pooledRun = new double[stem + 1];
      final int[] freedomRun = new int[stem + 1];
      inverseRun = new double[stem + 1];
      for (int i = stem - 1; i >= 0; i--) {
        final int above = forest.up(i);
        if (forest.isPrompt(i) || values.count(i) == 0) {
          continue;
        }
        if (forest.isFork(i)) {
          final double draws = (double) values.branches(i) / values.copies(i);
          final boolean forks = draws > 1;
          pooledRun[i] = squares[i];
          freedomRun[i] = forks ? values.branches(i) - 1 : 0;
          inverseRun[i] = values.copies(i) / draws;
        }
        final boolean top = forest.isFork(above);
        (top ? pooled : pooledRun)[above] += pooledRun[i];
        (top ? freedom : freedomRun)[above] += freedomRun[i];
        (top ? inverse : inverseRun)[above] += inverseRun[i];
      }
    }

    CallContrast contrast(final int call) {
      final int node = forest.callNode(call);
      final int fork = forest.segmentStart(node);
      final int branches = values.branches(fork);
      final int others = branches - 1;
      final double step = values.value(node) - values.value(fork);
      final int copies = values.copies(node);
      final double own = inverseRun[node];
      // A leaf that ends at the fork itself is one more branch, of one draw.
      final double all = inverse[fork] + (branches - scoredChildren(fork));
      // CopyMeans of one call contrast with each other for nothing: what is left is the share
      // outside.
      final double outside = (double) (branches - copies) / others;
      final double rest = (all - own) / ((double) others * others);
      final double variance = pooled[fork] / freedom[fork];
      final int tree = forest.treeOf(node);
      return new CallContrast(
          tree,
          forest.call(call).id(),
          node - forest.treeStart(tree),
          others,
          step * branches / others,
          freedom[fork] == 0
              ? Double.NaN
              : Math.sqrt(variance * (outside * outside * own / ((double) copies * copies) + rest)),
          freedom[fork]);
    }

    private int scoredChildren(final int fork) {
      final boolean leaf = fork != forest.stem() && forest.hasLeaf(fork);
      final boolean scored = leaf && !Double.isNaN(forest.reward(forest.leafStart(fork)));
      return values.branches(fork) - (scored ? forest.draws(fork) : 0);
    }
  }
}
