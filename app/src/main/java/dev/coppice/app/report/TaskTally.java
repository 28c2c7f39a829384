package dev.coppice.app.report;

import dev.coppice.credit.rho.TrunkAnova;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Holds the sums over all groups of one task in one arm.
 *
 * @unit tokens, counts, nanoseconds times blocks; by {@link Sum}.
 * @thread one at a time.
 */
final class TaskTally {
  private static final int MAX_FORKS = 64;

  private final double[] sums = new double[Sum.values().length];
  private final double[] segmentTokens = new double[MAX_FORKS + 1];
  private final double[] forks = new double[MAX_FORKS + 1];
  private final double[] decidedChildren = new double[MAX_FORKS + 1];
  private final Map<String, Long> failures = new TreeMap<>();
  private final Map<Figure, double[]> own = new IdentityHashMap<>();
  private final TrunkAnova trunks = new TrunkAnova();
  private double[] groupLeaves = new double[1];
  private double[] groupTrunkSize = new double[1];
  private int groups;
  private long trees;

  void add(final Sum sum, final double amount) {
    sums[sum.ordinal()] += amount;
  }

  double get(final Sum sum) {
    return sums[sum.ordinal()];
  }

  /** Adds what a group brings to the sums a figure has of its own. */
  void addOwn(final Figure figure, final double[] amounts) {
    if (amounts.length > 0) {
      accumulate(own.computeIfAbsent(figure, key -> new double[amounts.length]), amounts);
    }
  }

  double[] own(final Figure figure) {
    return own.getOrDefault(figure, ArmTally.NO_AMOUNTS);
  }

  /** Adds tokens that lie behind a number of forks, once for every leaf they lead to. */
  void addSegment(final int forksAbove, final double tokens) {
    segmentTokens[Math.min(forksAbove, MAX_FORKS)] += tokens;
  }

  /** Adds a fork that has a number of forks above it. */
  void addFork(final int forksAbove, final int children) {
    final int depth = Math.min(forksAbove + 1, MAX_FORKS);
    forks[depth]++;
    decidedChildren[depth] += children;
  }

  /** Begins another trunk, a tree of the task. */
  void beginTrunk() {
    trees++;
  }

  /** Adds the reward of a trajectory of the trunk begun last. */
  void addReward(final String task, final double reward) {
    trunks.add(task, trees, reward);
  }

  TrunkAnova trunks() {
    return trunks;
  }

  void addFailure(final String boundary) {
    failures.merge(boundary, 1L, Long::sum);
  }

  /** Adds a group's scored leaves and the size of the trunk the average one of them shares. */
  void addCluster(final double leaves, final double trunkSize) {
    if (groups == groupLeaves.length) {
      groupLeaves = Arrays.copyOf(groupLeaves, groups * 2);
      groupTrunkSize = Arrays.copyOf(groupTrunkSize, groups * 2);
    }
    groupLeaves[groups] = leaves;
    groupTrunkSize[groups++] = trunkSize;
  }

  /** Adds all of another tally but its clusters and trunks, which stay where they are. */
  void merge(final TaskTally other) {
    accumulate(sums, other.sums);
    accumulate(segmentTokens, other.segmentTokens);
    accumulate(forks, other.forks);
    accumulate(decidedChildren, other.decidedChildren);
    other.own.forEach(this::addOwn);
    other.failures.forEach((boundary, count) -> failures.merge(boundary, count, Long::sum));
  }

  private static void accumulate(final double[] into, final double[] from) {
    for (int i = 0; i < into.length; i++) {
      into[i] += from[i];
    }
  }

  /** Returns the number of independent leaves the groups are worth: {@code sum n/(1+(m-1)rho)}. */
  double effectiveLeaves(final double rho) {
    double sum = 0;
    for (int i = 0; i < groups; i++) {
      sum += groupLeaves[i] / (1 + (groupTrunkSize[i] - 1) * rho);
    }
    return sum;
  }

  Map<String, Long> failures() {
    return failures;
  }

  /**
   * Returns the sharing that even branching would reach: {@code 1 / sum_d(s_d / prod_{j>d} b_j)}.
   *
   * <p>{@code s_d} is the share of chain-equivalent tokens behind d forks, {@code b_j} the mean
   * number of children decided at the j-th fork of a path.
   */
  double closedFormBound() {
    double below = 1;
    double cost = 0;
    double tokens = 0;
    for (int depth = MAX_FORKS; depth >= 0; depth--) {
      cost += segmentTokens[depth] / below;
      tokens += segmentTokens[depth];
      if (forks[depth] > 0) {
        below *= decidedChildren[depth] / forks[depth];
      }
    }
    return cost == 0 ? Double.NaN : tokens / cost;
  }
}
