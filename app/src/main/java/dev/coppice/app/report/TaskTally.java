package dev.coppice.app.report;

import dev.coppice.credit.rho.GroupSamples;
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
  private final GroupSamples samples = new GroupSamples();

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

  /** Adds a fork that has a number of forks above it, once for every draw that took it. */
  void addFork(final int forksAbove, final double draws, final int children) {
    final int depth = Math.min(forksAbove + 1, MAX_FORKS);
    forks[depth] += draws;
    decidedChildren[depth] += draws * children;
  }

  /** Returns the rewards of the task, group by group. */
  GroupSamples samples() {
    return samples;
  }

  void addFailure(final String boundary, final int draws) {
    failures.merge(boundary, (long) draws, Long::sum);
  }

  /** Adds all of another tally but its samples, which stay with their task. */
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
