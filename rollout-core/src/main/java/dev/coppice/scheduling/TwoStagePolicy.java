package dev.coppice.scheduling;

import dev.coppice.allocation.GroupOutcome;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;

/**
 * Forks before the deciding turn into as many children as pay, and into none where none do.
 *
 * <p>A tree of k children costs {@code T + k B} tokens, T of its trunk and B of a branch, and is
 * worth {@code k / (1 + (k - 1) rho)} independent trajectories, rho being the correlation of rewards
 * within a trunk. T, B and rho are measured as groups end: rho is {@code 1 - W / O}, with W half the
 * mean squared difference of two rewards of one trunk, O that of two trunks of one prompt. The number
 * of children, 1 to {@code most}, is the one with the greatest worth a token, averaged over what rho
 * may be (a normal posterior under the prior {@code N(0.5, 0.3)}, cut at 0 and 1): a plug-in rho of
 * few groups would pick the most children now and then. It is decided for {@code block} groups at a
 * time. Before anything is known trees have 2 children, and where chains are best one group in
 * {@code look} still has.
 *
 * <p>What a group has depends on the groups that {@link dev.coppice.allocation.LearningOrder} shows,
 * and goes to its trees as their first tag.
 *
 * <p>Trees that share their paths ({@code tree.coalesce = true}) would show no two rewards of different
 * trunks, so nothing could be learned of rho: {@link #looksAtPathAlone} stays false, and the engine
 * refuses the two together by name.
 *
 * @thread the engine thread; an object serves one engine.
 */
public final class TwoStagePolicy implements BranchingPolicy {
  private static final int LOOK_CHILDREN = 2;
  private static final double PRIOR_MEAN = 0.5;
  private static final double PRIOR_ERROR = 0.3;
  private static final int NODES = 21;
  private static final double REACH = 2.5;

  private final int most;
  private final int block;
  private final int look;
  private final PairMoments pairs = new PairMoments();
  private double trunkTokens;
  private double branchTokens;
  private double forkedTrees;
  private double branches;
  private long decidedBlock = -1;
  private int children = LOOK_CHILDREN;

  /**
   * Starts without having seen a group.
   *
   * @param most children of a tree.
   * @param block groups decided on together.
   * @param look one in so many groups keeps looking.
   */
  public TwoStagePolicy(final int most, final int block, final int look) {
    this.most = most;
    this.block = block;
    this.look = look;
  }

  @Override
  public String name() {
    return "two-stage";
  }

  @Override
  public boolean learns() {
    return true;
  }

  @Override
  public BranchingPolicy anew() {
    return new TwoStagePolicy(most, block, look);
  }

  @Override
  public long rootTag(final long place) {
    if (place / block != decidedBlock) {
      decidedBlock = place / block;
      children = best();
    }
    // Where trees fork anyway, every group shows what forking is worth.
    final boolean looks = children == 1 && place % look == look - 1;
    return looks ? LOOK_CHILDREN : children;
  }

  @Override
  public int childrenAtTurn(final BranchPoint point) {
    final boolean isHere = point.turn() == point.decisionTurn() && point.forks() == 0;
    return isHere ? (int) Math.max(1, point.tag()) : 1;
  }

  /** Returns the number of children of the block to come. */
  private int best() {
    if (forkedTrees == 0) {
      return LOOK_CHILDREN;
    }
    final double trunk = trunkTokens / forkedTrees;
    final double branch = branchTokens / Math.max(1, branches);
    int best = 1;
    double bestWorth = worth(1, trunk, branch);
    for (int k = 2; k <= most; k++) {
      final double worth = worth(k, trunk, branch);
      if (worth > bestWorth) {
        bestWorth = worth;
        best = k;
      }
    }
    return best;
  }

  /** Averages the worth of k children a token over the posterior of rho. */
  private double worth(final int k, final double trunk, final double branch) {
    final double seen = pairs.error();
    final double prior = 1 / (PRIOR_ERROR * PRIOR_ERROR);
    final double evidence = seen == Double.POSITIVE_INFINITY ? 0 : 1 / (seen * seen);
    final double mean =
        evidence == 0
            ? PRIOR_MEAN
            : (prior * PRIOR_MEAN + evidence * pairs.rho()) / (prior + evidence);
    final double error = Math.sqrt(1 / (prior + evidence));
    double sum = 0;
    double weights = 0;
    for (int node = 0; node < NODES; node++) {
      final double z = REACH * (2.0 * node / (NODES - 1) - 1);
      final double weight = Math.exp(-z * z / 2);
      final double rho = Math.clamp(mean + z * error, 0, 1);
      sum += weight * k / (1 + (k - 1) * rho);
      weights += weight;
    }
    return sum / weights / (trunk + k * branch);
  }

  @Override
  public void learn(final GroupOutcome outcome) {
    pairs.add(outcome);
    for (final GroupOutcome.Tree tree : outcome.trees()) {
      if (tree.trunkTokens() < tree.tokens() && tree.rewards().scored() > 1) {
        forkedTrees++;
        trunkTokens += tree.trunkTokens();
        branchTokens += tree.tokens() - tree.trunkTokens();
        branches += tree.rewards().scored();
      }
    }
  }

  /** Sums squared differences of rewards over pairs of one trunk and of two, group by group. */
  private static final class PairMoments {
    private static final double LEAST_ERROR = 1e-3;
    private static final int SUMS = 4;

    private final double[] sums = new double[SUMS];
    private final double[][] products = new double[SUMS][SUMS];
    private int groups;

    void add(final GroupOutcome outcome) {
      double count = 0;
      double sum = 0;
      double squares = 0;
      double samePairs = 0;
      double same = 0;
      for (final GroupOutcome.Tree tree : outcome.trees()) {
        final GroupOutcome.Rewards rewards = tree.rewards();
        count += rewards.scored();
        sum += rewards.sum();
        squares += rewards.squareSum();
        samePairs += rewards.scored() * (rewards.scored() - 1.0) / 2;
        same += (rewards.scored() * rewards.squareSum() - rewards.sum() * rewards.sum()) / 2;
      }
      final double allPairs = count * (count - 1) / 2;
      final double all = (count * squares - sum * sum) / 2;
      final double[] group = {same, samePairs, all - same, allPairs - samePairs};
      if (allPairs > 0) {
        groups++;
      }
      for (int i = 0; i < SUMS; i++) {
        sums[i] += group[i];
        for (int j = 0; j < SUMS; j++) {
          products[i][j] += group[i] * group[j];
        }
      }
    }

    double rho() {
      return 1 - sums[0] / sums[1] / (sums[2] / sums[3]);
    }

    /** Returns the standard error of rho over groups, by the delta method. */
    double error() {
      if (groups < 2 || sums[1] == 0 || sums[3] == 0 || sums[2] <= 0) {
        return Double.POSITIVE_INFINITY;
      }
      final double within = sums[0] / sums[1];
      final double across = sums[2] / sums[3];
      final double ratio = within / across;
      final double[] slope = {
        1 / sums[1], -within / sums[1], -ratio / sums[3], ratio * across / sums[3]
      };
      double variance = 0;
      for (int i = 0; i < SUMS; i++) {
        for (int j = 0; j < SUMS; j++) {
          variance += slope[i] * slope[j] * products[i][j];
        }
      }
      final double spread = Math.sqrt(Math.max(0, variance) * groups / (groups - 1.0)) / across;
      return Math.max(LEAST_ERROR, spread);
    }
  }

  /** Offers the policy by the name {@code two-stage}. */
  public static final class Offer extends NamedPlug implements PolicyPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "two-stage",
          "Forks before the deciding turn into as many children as pay by what earlier groups came"
              + " to; into none where chains are better.",
          PlugOption.whole("most", 16, new Range(2, 4096), "Most children of a tree."),
          PlugOption.whole(
              "block", 8, new Range(1, 1_000_000), "Groups between two decisions on the number."),
          PlugOption.whole(
              "look",
              40,
              new Range(2, 1_000_000),
              "Where chains are best, one in so many groups has 2 children all the same."));
    }

    @Override
    public BranchingPolicy make(final PlugOptions options) {
      return new TwoStagePolicy(
          options.count("most"), options.count("block"), options.count("look"));
    }
  }
}
