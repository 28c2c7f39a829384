package dev.coppice.training.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Lays trees out for one pass: a row per token, and attention cut into strips of like size.
 *
 * <p>What all trees begin with, worked examples for instance, is one strip and stands in the rows once.
 *
 * <p>Everything but attention knows no sequences: it runs over the rows of all trees together,
 * without padding. Attention runs over buckets of strips, each padded to the bucket's largest.
 *
 * @cost attention over {@code sum over strips of queries x keys} plus padding of at most about a
 *     third; a mask over the whole tree would take the square of its tokens.
 */
final class StripPlan {
  private static final double MAX_PADDING = 1.35;

  private final List<Strip> strips = new ArrayList<>();
  private final List<Bucket> buckets = new ArrayList<>();
  private final int[] tokens;
  private final int[] positions;
  private final int[] previous;
  private final int[] opening;
  private int rows;

  StripPlan(final List<PolicyTree> trees) {
    final int shared = sharedOpening(trees);
    final int count = rowCount(trees, shared);
    tokens = new int[count];
    positions = new int[count];
    previous = new int[count];
    opening =
        shared == 0
            ? new int[0]
            : append(new int[0], trees.getFirst().nodes().getFirst().tokens(), 0, shared);
    if (shared > 0) {
      strips.add(new Strip(opening, 0));
    }
    for (final PolicyTree tree : trees) {
      add(tree);
    }
    fillBuckets();
  }

  /**
   * Counts the tokens that all roots begin with and nobody trains: worked examples before every
   * question, for example.
   */
  static int sharedOpening(final List<PolicyTree> trees) {
    int[] first = null;
    int shared = 0;
    int roots = 0;
    for (final PolicyTree tree : trees) {
      for (final PolicyNode node : tree.nodes()) {
        if (node.parent() < 0) {
          first = first == null ? node.tokens() : first;
          shared = roots++ == 0 ? first.length : shared;
          shared = agreeing(first, node, shared);
        }
      }
    }
    return roots < 2 ? 0 : shared;
  }

  private static int agreeing(final int[] first, final PolicyNode node, final int most) {
    int length = 0;
    while (length < Math.min(most, node.tokens().length)
        && node.tokens()[length] == first[length]
        && !node.isTrained(length)) {
      length++;
    }
    return length;
  }

  private static int rowCount(final List<PolicyTree> trees, final int shared) {
    int count = shared;
    for (final PolicyTree tree : trees) {
      count += tree.tokenCount();
      for (final PolicyNode node : tree.nodes()) {
        count -= node.parent() < 0 ? shared : 0;
      }
    }
    return count;
  }

  /**
   * Holds strips that are computed together.
   *
   * @param strips of like size.
   * @param queries of the longest strip.
   * @param keys of the longest path.
   */
  record Bucket(List<Strip> strips, int queries, int keys) {}

  int rows() {
    return rows;
  }

  /** Returns the tokens at the beginning of every root that stand in the first rows, once. */
  int opening() {
    return opening.length;
  }

  int[] tokens() {
    return tokens;
  }

  /** Returns the position of every row's token on its path. */
  int[] positions() {
    return positions;
  }

  /** Returns the row that predicts each row's token, or -1. */
  int[] previous() {
    return previous;
  }

  List<Bucket> buckets() {
    return buckets;
  }

  private void add(final PolicyTree tree) {
    final int nodes = tree.nodes().size();
    final int[] children = new int[nodes];
    for (final PolicyNode node : tree.nodes()) {
      if (node.parent() >= 0) {
        children[node.parent()]++;
      }
    }
    final int[][] pathOf = new int[nodes][];
    final int[] stripStart = new int[nodes];
    for (int i = 0; i < nodes; i++) {
      final PolicyNode node = tree.nodes().get(i);
      final int parent = node.parent();
      final int[] above = parent < 0 ? opening : pathOf[parent];
      final boolean goesOn = parent >= 0 && children[parent] == 1;
      stripStart[i] = goesOn ? stripStart[parent] : above.length;
      pathOf[i] =
          append(above, node.tokens(), parent < 0 ? opening.length : 0, node.tokens().length);
      if (children[i] != 1 && pathOf[i].length > stripStart[i]) {
        strips.add(new Strip(pathOf[i], stripStart[i]));
      }
    }
  }

  private int[] append(final int[] above, final int[] own, final int from, final int to) {
    final int[] path = Arrays.copyOf(above, above.length + to - from);
    for (int i = from; i < to; i++) {
      final int at = above.length + i - from;
      tokens[rows] = own[i];
      positions[rows] = at;
      previous[rows] = at == 0 ? -1 : path[at - 1];
      path[at] = rows++;
    }
    return path;
  }

  /** Takes strips from the largest down and opens a bucket where padding would grow too much. */
  private void fillBuckets() {
    strips.sort(Comparator.comparingInt(Strip::queries).thenComparingInt(Strip::keys).reversed());
    final List<Strip> open = new ArrayList<>();
    int keys = 0;
    long cells = 0;
    for (final Strip strip : strips) {
      final int queries = open.isEmpty() ? strip.queries() : open.getFirst().queries();
      final int mostKeys = Math.max(keys, strip.keys());
      final long padded = (long) (open.size() + 1) * queries * mostKeys;
      final long wanted = cells + (long) strip.queries() * strip.keys();
      // A bucket costs calls of its own, so a few small strips are not worth one.
      final boolean wasteful = padded > MAX_PADDING * wanted && padded - wanted > 40_000;
      if (wasteful && !open.isEmpty()) {
        buckets.add(new Bucket(List.copyOf(open), open.getFirst().queries(), keys));
        open.clear();
        keys = 0;
        cells = 0;
      }
      open.add(strip);
      keys = Math.max(keys, strip.keys());
      cells += (long) strip.queries() * strip.keys();
    }
    if (!open.isEmpty()) {
      buckets.add(new Bucket(List.copyOf(open), open.getFirst().queries(), keys));
    }
  }
}
