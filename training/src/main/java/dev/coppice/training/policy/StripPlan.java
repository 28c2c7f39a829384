package dev.coppice.training.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Lays trees out for one pass: a row per token, and attention cut into strips of like size.
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
  private int rows;

  StripPlan(final List<PolicyTree> trees) {
    final int count = trees.stream().mapToInt(PolicyTree::tokenCount).sum();
    tokens = new int[count];
    positions = new int[count];
    previous = new int[count];
    for (final PolicyTree tree : trees) {
      add(tree);
    }
    fillBuckets();
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
      final int[] above = parent < 0 ? new int[0] : pathOf[parent];
      final boolean goesOn = parent >= 0 && children[parent] == 1;
      stripStart[i] = goesOn ? stripStart[parent] : above.length;
      pathOf[i] = append(above, node.tokens());
      if (children[i] != 1 && pathOf[i].length > stripStart[i]) {
        strips.add(new Strip(pathOf[i], stripStart[i]));
      }
    }
  }

  private int[] append(final int[] above, final int[] own) {
    final int[] path = Arrays.copyOf(above, above.length + own.length);
    for (int i = 0; i < own.length; i++) {
      final int at = above.length + i;
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
