package dev.coppice.training.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Grows random trees with coefficients, and lays them out flat, row by row. */
final class RandomPolicyTrees {
  /**
   * Holds a tree and its rows.
   *
   * @param tree tree-packed.
   * @param rows one chain per leaf with the leaf's own coefficients.
   */
  record Both(PolicyTree tree, List<PolicyTree> rows) {}

  private final SplittableRandom random;
  private final int vocabulary;
  private int[] opening = {};

  RandomPolicyTrees(final long seed, final int vocabulary) {
    this.random = new SplittableRandom(seed);
    this.vocabulary = vocabulary;
  }

  /** Has every tree to come begin with the same tokens. */
  RandomPolicyTrees opening(final int length) {
    opening = random.ints(length, 0, vocabulary).toArray();
    return this;
  }

  private record Raw(int parent, int[] tokens, float[] logprobs, boolean sampled) {}

  /** Grows a tree; {@code own} gives every node its own advantage, else every leaf has one. */
  Both next(final boolean own) {
    final List<Raw> raws = new ArrayList<>();
    raws.add(root());
    grow(raws, 0, 0);
    final int count = raws.size();
    final boolean[] inner = new boolean[count];
    raws.forEach(raw -> mark(inner, raw.parent()));
    final double[] nodeAdvantage = new double[count];
    for (int i = 0; i < count; i++) {
      nodeAdvantage[i] = random.nextGaussian();
    }
    final float[][][] sums = new float[count][3][];
    for (int i = 0; i < count; i++) {
      for (int c = 0; c < 3; c++) {
        sums[i][c] = new float[raws.get(i).tokens().length];
      }
    }
    final List<PolicyTree> rows = new ArrayList<>();
    for (int leaf = 0; leaf < count; leaf++) {
      if (!inner[leaf]) {
        final double factor = 0.01 + 0.05 * random.nextDouble();
        final double leafAdvantage = random.nextGaussian();
        rows.add(row(raws, leaf, factor, own ? null : leafAdvantage, nodeAdvantage, sums));
      }
    }
    final List<PolicyNode> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      final Raw raw = raws.get(i);
      nodes.add(
          new PolicyNode(
              raw.parent(),
              raw.tokens(),
              raw.logprobs(),
              new PolicyNode.Coefficients(sums[i][0], sums[i][1], sums[i][2], null),
              null));
    }
    return new Both(new PolicyTree(nodes), rows);
  }

  private PolicyTree row(
      final List<Raw> raws,
      final int leaf,
      final double factor,
      final Double leafAdvantage,
      final double[] nodeAdvantage,
      final float[][][] sums) {
    final List<Integer> path = new ArrayList<>();
    for (int i = leaf; i >= 0; i = raws.get(i).parent()) {
      path.addFirst(i);
    }
    final List<PolicyNode> nodes = new ArrayList<>();
    for (int at = 0; at < path.size(); at++) {
      final int node = path.get(at);
      final Raw raw = raws.get(node);
      final int n = raw.tokens().length;
      final float[] positive = new float[n];
      final float[] negative = new float[n];
      final float[] weight = new float[n];
      for (int i = 0; i < n && raw.sampled(); i++) {
        final double a = factor * (leafAdvantage == null ? nodeAdvantage[node] : leafAdvantage);
        positive[i] = (float) Math.max(0, a);
        negative[i] = (float) Math.min(0, a);
        weight[i] = (float) factor;
        sums[node][0][i] += positive[i];
        sums[node][1][i] += negative[i];
        sums[node][2][i] += weight[i];
      }
      nodes.add(
          new PolicyNode(
              at - 1,
              raw.tokens(),
              raw.logprobs(),
              new PolicyNode.Coefficients(positive, negative, weight, null),
              null));
    }
    return new PolicyTree(nodes);
  }

  private static void mark(final boolean[] inner, final int parent) {
    if (parent >= 0) {
      inner[parent] = true;
    }
  }

  private void grow(final List<Raw> raws, final int node, final int depth) {
    final int children = depth == 0 ? 1 + random.nextInt(3) : depth > 4 ? 0 : random.nextInt(4);
    for (int child = 0; child < children; child++) {
      raws.add(raw(node, random.nextInt(4) > 0));
      grow(raws, raws.size() - 1, depth + 1);
    }
  }

  private Raw root() {
    final Raw own = raw(-1, false);
    final int[] tokens = Arrays.copyOf(opening, opening.length + own.tokens().length);
    System.arraycopy(own.tokens(), 0, tokens, opening.length, own.tokens().length);
    return new Raw(-1, tokens, new float[tokens.length], false);
  }

  private Raw raw(final int parent, final boolean sampled) {
    final int n = 1 + random.nextInt(5);
    final int[] tokens = new int[n];
    final float[] logprobs = new float[n];
    for (int i = 0; i < n; i++) {
      tokens[i] = random.nextInt(vocabulary);
      logprobs[i] = sampled ? (float) (-Math.log(vocabulary) + 0.5 * random.nextGaussian()) : 0f;
    }
    return new Raw(parent, tokens, logprobs, sampled);
  }
}
