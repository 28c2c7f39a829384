package dev.coppice.app.train;

import dev.coppice.bridge.wire.LeafRow;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.VersionRun;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.training.policy.PolicyNode;
import dev.coppice.training.policy.PolicyTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Turns packed groups into trees to train on: every coefficient with its denominator.
 *
 * <p>A token weighs {@code w(t) / sum over the batch of w}, w the draws with a reward through its node
 * or, under {@link SharedTokenRule#WEIGHTED}, the path weights of those samples: the token mean of the
 * flat form, whose duplicates the sum counts although nothing is computed twice. Advantages are
 * divided by their weighted root mean square, so that the learning rate means the same for every
 * estimator. A group whose advantages are all 0 counts in the denominators and is not computed: it
 * would be half of the work for nothing but an entropy bonus. Where trajectories carry scalars, a
 * shared token carries the sum of the positive and of the negative ones below it, as clipping
 * treats the two apart.
 *
 * @param trees to train on.
 * @param rms of the advantages before scaling.
 * @param trainedTokens that carry a weight, each once.
 * @param rowTokens that the flat form would train.
 * @thread immutable, any thread
 */
public record TrainingBatch(
    List<PolicyTree> trees, double rms, long trainedTokens, long rowTokens) {

  /** Keeps a copy. */
  public TrainingBatch {
    trees = List.copyOf(trees);
  }

  /**
   * Makes the batch of an update.
   *
   * @param groups packed, with advantages.
   * @param rule for shared tokens; {@link SharedTokenRule#PER_LEAF} counts as train-once, which is
   *     the same loss.
   * @param version of the weights under training; tokens of other versions are stale.
   * @return the batch.
   * @throws IllegalArgumentException if a group carries no advantages.
   */
  public static TrainingBatch of(
      final List<PackedGroup> groups, final SharedTokenRule rule, final int version) {
    final List<Share> shares = new ArrayList<>();
    double weightSum = 0;
    double squares = 0;
    long trained = 0;
    long rows = 0;
    for (final PackedGroup group : groups) {
      final Share share = Share.of(group, rule);
      shares.add(share);
      weightSum += share.weightSum;
      squares += share.squares;
      trained += share.trained;
      rows += share.rows;
    }
    final double rms = weightSum > 0 ? Math.sqrt(squares / weightSum) : 0;
    final List<PolicyTree> trees = new ArrayList<>();
    for (int i = 0; i < groups.size() && squares > 0; i++) {
      final Share share = shares.get(i);
      if (share.squares == 0) {
        continue;
      }
      trees.add(tree(groups.get(i), share, 1 / weightSum, rms > 0 ? 1 / rms : 0, version));
    }
    return new TrainingBatch(trees, rms, trained, rows);
  }

  private static PolicyTree tree(
      final PackedGroup group,
      final Share share,
      final double perWeight,
      final double perAdvantage,
      final int version) {
    final List<PolicyNode> nodes = new ArrayList<>();
    for (int i = 0; i < group.nodes().size(); i++) {
      final NodeRow row = group.nodes().get(i);
      final int n = row.columns().tokens().length;
      final float[] positive = new float[n];
      final float[] negative = new float[n];
      final float[] weight = new float[n];
      for (int t = 0; t < n; t++) {
        if (row.columns().lossMask()[t] != 0) {
          final double scale = perWeight * perAdvantage;
          weight[t] = (float) (share.weight[i] * perWeight);
          if (share.hasScalars) {
            positive[t] = (float) (share.positive[i] * scale);
            negative[t] = (float) (share.negative[i] * scale);
          } else {
            final double coefficient = share.weight[i] * row.columns().advantages()[t] * scale;
            positive[t] = (float) Math.max(0, coefficient);
            negative[t] = (float) Math.min(0, coefficient);
          }
        }
      }
      nodes.add(
          new PolicyNode(
              row.place().parent(),
              row.columns().tokens(),
              row.columns().logprobs(),
              new PolicyNode.Coefficients(positive, negative, weight, null),
              stale(row, version)));
    }
    return new PolicyTree(nodes);
  }

  /** Marks the tokens of other versions, or returns null where there are none. */
  private static boolean[] stale(final NodeRow row, final int version) {
    boolean[] stale = null;
    int at = 0;
    for (final VersionRun run : row.columns().versionRuns()) {
      if (run.version() != VersionRun.NOT_SAMPLED && run.version() != version) {
        stale = stale == null ? new boolean[row.columns().tokens().length] : stale;
        Arrays.fill(stale, at, at + run.length(), true);
      }
      at += run.length();
    }
    return stale;
  }

  /** Holds what each node of one group weighs before the batch's denominators are known. */
  private static final class Share {
    private final double[] weight;
    private final double[] positive;
    private final double[] negative;
    private boolean hasScalars;
    private double weightSum;
    private double squares;
    private long trained;
    private long rows;

    private Share(final int nodes) {
      weight = new double[nodes];
      positive = new double[nodes];
      negative = new double[nodes];
    }

    static Share of(final PackedGroup group, final SharedTokenRule rule) {
      final Share share = new Share(group.nodes().size());
      final int[] draws = group.scoredDraws();
      share.readLeaves(group, rule);
      if (rule == SharedTokenRule.WEIGHTED) {
        share.readPathWeights(group);
      }
      for (int i = 0; i < group.nodes().size(); i++) {
        final NodeRow row = group.nodes().get(i);
        share.weight[i] = rule == SharedTokenRule.WEIGHTED ? share.weight[i] : draws[i];
        share.readNode(row, i, draws[i]);
      }
      return share;
    }

    /** Adds the scalars of all trajectories to the nodes they run through. */
    private void readLeaves(final PackedGroup group, final SharedTokenRule rule) {
      // Under path weights a scalar would need its own leaf's weight; nodes' own advantages do.
      final boolean byLeaf = rule != SharedTokenRule.WEIGHTED;
      for (final LeafRow leaf : group.leaves()) {
        if (byLeaf && leaf.isScored() && !Float.isNaN(leaf.advantage())) {
          hasScalars = true;
          for (int i = leaf.place().node(); i >= 0; i = group.nodes().get(i).place().parent()) {
            positive[i] += leaf.draws() * Math.max(0, leaf.advantage());
            negative[i] += leaf.draws() * Math.min(0, leaf.advantage());
          }
        }
      }
    }

    /** Adds the share of every trajectory with a reward to the nodes it runs through. */
    private void readPathWeights(final PackedGroup group) {
      for (final LeafRow leaf : group.leaves()) {
        if (leaf.isScored()) {
          final NodeRow last = group.nodes().get(leaf.place().node());
          weight[leaf.place().node()] +=
              (double) last.share().pathWeight() * last.origin().treeDraws();
        }
      }
      for (int i = weight.length - 1; i >= 0; i--) {
        final int parent = group.nodes().get(i).place().parent();
        if (parent >= 0) {
          weight[parent] += weight[i];
        }
      }
    }

    private void readNode(final NodeRow row, final int i, final int draws) {
      int masked = 0;
      for (final byte mask : row.columns().lossMask()) {
        masked += mask;
      }
      if (masked == 0) {
        return;
      }
      if (row.columns().advantages() == null) {
        throw new IllegalArgumentException(
            "the group carries no advantages: group=" + row.group() + "; name an estimator");
      }
      trained += masked;
      rows += (long) masked * draws;
      weightSum += weight[i] * masked;
      for (int t = 0; t < row.columns().lossMask().length; t++) {
        final double advantage = row.columns().advantages()[t];
        squares += row.columns().lossMask()[t] * weight[i] * advantage * advantage;
      }
    }
  }

  /**
   * Adds demonstrations to imitate.
   *
   * @param demonstrations to add, their coefficients complete.
   * @return a batch with both.
   */
  public TrainingBatch with(final List<PolicyTree> demonstrations) {
    final List<PolicyTree> all = new ArrayList<>(trees);
    all.addAll(demonstrations);
    return new TrainingBatch(all, rms, trainedTokens, rowTokens);
  }
}
