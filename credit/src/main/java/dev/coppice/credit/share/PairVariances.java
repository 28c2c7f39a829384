package dev.coppice.credit.share;

import dev.coppice.credit.forest.Forest;
import dev.coppice.draw.Division;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Measures, in one group, the variance left between independent draws that agree through a class of
 * turns.
 *
 * <p>{@code nu(u) = mean over pairs that agree through class u of (R_i - R_j)^2 / 2}. The draws of a
 * coalesced node are independent, so all pairs of them count. Two leaves of one trunk are independent
 * only from their fork on: they count from the class before it. Draws of one systematic division are
 * never independent of each other: of such trees only pairs across trees count.
 *
 * @thread any; static.
 * @cost O(classes (nodes + leaves) + leaves depth).
 */
final class PairVariances {
  private PairVariances() {}

  /** Sums over a set of draws what all pairs of them need. */
  private static final class Draws {
    private double count;
    private double sum;
    private double squares;

    void add(final double draws, final double reward) {
      count += draws;
      sum += draws * reward;
      squares += draws * reward * reward;
    }

    double pairs() {
      return count * (count - 1) / 2;
    }

    /** Sum of (R_i - R_j)^2 / 2 over the pairs. */
    double distances() {
      return (count * squares - sum * sum) / 2;
    }
  }

  /** Measures a group: the variance inside the prompt, then after each class; NaN without pairs. */
  static double[] of(final Forest forest, final Turns turns) {
    final double[] left = new double[Turns.CLASSES + 1];
    for (int place = 0; place < left.length; place++) {
      left[place] = left(forest, turns, place - 1);
    }
    return left;
  }

  private static double left(final Forest forest, final Turns turns, final int kind) {
    final Map<Long, Draws> agreeing = new HashMap<>();
    final Map<Long, Draws> coupled = new HashMap<>();
    for (int l = 0; l < forest.leafCount(); l++) {
      final double reward = forest.reward(l);
      if (!Double.isNaN(reward)) {
        final int tree = forest.treeOf(forest.leafNode(l));
        final long path = turns.path(lastOf(forest, turns, forest.leafNode(l), kind));
        final int draws = forest.leaf(l).draws();
        agreeing.computeIfAbsent(path, key -> new Draws()).add(draws, reward);
        if (isSystematic(forest, tree)) {
          coupled.computeIfAbsent(path * 31 + tree, key -> new Draws()).add(draws, reward);
        }
      }
    }
    double pairs = 0.0;
    double distances = 0.0;
    for (final Draws draws : agreeing.values()) {
      pairs += draws.pairs();
      distances += draws.distances();
    }
    for (final Draws draws : coupled.values()) {
      pairs -= draws.pairs();
      distances -= draws.distances();
    }
    final double[] shared = sharedTrunks(forest, turns, kind);
    pairs -= shared[0];
    distances -= shared[1];
    return pairs > 0.5 ? Math.max(0.0, distances / pairs) : Double.NaN;
  }

  static boolean isSystematic(final Forest forest, final int tree) {
    return forest.group().trees().get(tree).division() == Division.SYSTEMATIC;
  }

  /** The last node on a path that belongs to a class or one before; the stem if there is none. */
  private static int lastOf(
      final Forest forest, final Turns turns, final int node, final int kind) {
    int i = node;
    while (i >= 0 && (!forest.isSampled(i) || turns.kind(i) > kind)) {
      i = forest.parent(i);
    }
    return i < 0 ? forest.stem() : i;
  }

  /** Pairs of one trunk that forks only after the class that follows, and their distances. */
  private static double[] sharedTrunks(final Forest forest, final Turns turns, final int kind) {
    final double[] shared = new double[2];
    int i = 0;
    while (i < forest.nodeCount()) {
      final boolean trunk = forks(forest, i) && !forest.isPrompt(i);
      final boolean late = trunk && kindBelow(forest, turns, i) > kind + 1;
      if (!late || isSystematic(forest, forest.treeOf(i))) {
        i++;
        continue;
      }
      final Draws below = new Draws();
      for (int l = forest.leafStart(i); l < forest.leafEnd(i); l++) {
        if (!Double.isNaN(forest.reward(l))) {
          below.add(forest.leaf(l).draws(), forest.reward(l));
        }
      }
      // Of coinciding trunks nobody knows whose a leaf is; so many of the pairs are of one trunk.
      final double own = Math.max(1.0, below.count / forest.draws(i));
      final double portion = below.count > 1 ? (own - 1) / (below.count - 1) : 0.0;
      shared[0] += portion * below.pairs();
      shared[1] += portion * below.distances();
      i = forest.end(i);
    }
    return shared;
  }

  static boolean forks(final Forest forest, final int node) {
    return forest.isFork(node) && forest.end(node) > node + 1;
  }

  private static int firstChild(final Forest forest, final int node) {
    int child = node + 1;
    while (child + 1 < forest.end(node) && !forest.isSampled(child)) {
      child++;
    }
    return child;
  }

  /** The class of the turn in which the children of a fork were drawn. */
  static int kindBelow(final Forest forest, final Turns turns, final int fork) {
    return turns.kind(firstChild(forest, fork));
  }

  /** Writes a measurement; a dash stands where there were no pairs. */
  static String text(final double[] left) {
    final String[] places = new String[left.length];
    Arrays.setAll(places, u -> Double.isNaN(left[u]) ? "-" : Double.toString(left[u]));
    return String.join(" ", places);
  }

  /** Reads what {@link #text} wrote; an empty text is a group that told nothing. */
  static double[] parse(final String text) {
    final double[] left = new double[Turns.CLASSES + 1];
    Arrays.fill(left, Double.NaN);
    if (!text.isBlank()) {
      final String[] places = text.strip().split(" ");
      if (places.length != left.length) {
        throw new IllegalArgumentException(
            "pairs must have " + left.length + " places: pairs=" + text);
      }
      for (int u = 0; u < left.length; u++) {
        left[u] = "-".equals(places[u]) ? Double.NaN : Double.parseDouble(places[u]);
      }
    }
    return left;
  }
}
