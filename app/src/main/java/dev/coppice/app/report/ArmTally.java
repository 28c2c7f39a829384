package dev.coppice.app.report;

import java.util.List;

/**
 * Sums the tasks of one arm, all of them or all but some, and answers with figures.
 *
 * <p>Rewards are compared between trunks of the same task only: with trees as trunks, {@code rho =
 * (MSB - MSW) / (MSB + (m0 - 1) MSW)} from the analysis of variance nested in tasks.
 *
 * @thread one at a time.
 */
public final class ArmTally {
  /** Adds nothing. */
  static final double[] NO_AMOUNTS = {};

  private final TaskTally total = new TaskTally();
  private final double wallSeconds;
  private final double rho;
  private double effectiveLeaves;
  private double taskMeans;
  private int valuedTasks;

  ArmTally(final List<TaskTally> tasks, final double wallSeconds) {
    this.wallSeconds = wallSeconds;
    double between = 0;
    double betweenDegrees = 0;
    double evenSize = 0;
    for (final TaskTally task : tasks) {
      total.merge(task);
      final double trunks = task.get(Sum.TRUNK_COUNT);
      final double leaves = task.get(Sum.TRUNK_LEAVES);
      if (trunks > 0) {
        final double reward = task.get(Sum.TRUNK_REWARD);
        between += Math.max(0, task.get(Sum.TRUNK_REWARD_SQUARED) - reward * reward / leaves);
        betweenDegrees += trunks - 1;
        evenSize += leaves - task.get(Sum.TRUNK_LEAVES_SQUARED) / leaves;
      }
      if (task.get(Sum.VALUED_TREES) > 0) {
        taskMeans += task.get(Sum.TREE_VALUES) / task.get(Sum.VALUED_TREES);
        valuedTasks++;
      }
    }
    rho = correlation(between, betweenDegrees, evenSize);
    final double clipped = Double.isNaN(rho) ? 1 : Math.clamp(rho, 0, 1);
    for (final TaskTally task : tasks) {
      effectiveLeaves += task.effectiveLeaves(clipped);
    }
  }

  private double correlation(
      final double between, final double betweenDegrees, final double evenSize) {
    final double withinDegrees = get(Sum.TRUNK_LEAVES) - get(Sum.TRUNK_COUNT);
    if (withinDegrees == 0) {
      return 0; // Trunks of one leaf each: nothing is shared.
    }
    if (betweenDegrees == 0) {
      return Double.NaN; // One trunk per task: nothing to compare it with.
    }
    final double meanBetween = between / betweenDegrees;
    final double meanWithin = get(Sum.WITHIN_SQUARES) / withinDegrees;
    final double size = evenSize / betweenDegrees;
    final double spread = meanBetween + (size - 1) * meanWithin;
    return spread == 0 ? 0 : (meanBetween - meanWithin) / spread;
  }

  /**
   * Returns a sum.
   *
   * @param sum wanted.
   * @return the amount.
   */
  public double get(final Sum sum) {
    return total.get(sum);
  }

  /**
   * Returns the sums a figure has of its own.
   *
   * @param figure whose amounts were summed.
   * @return the sums in the order of its amounts; none if no group was added.
   */
  public double[] own(final Figure figure) {
    return total.own(figure);
  }

  TaskTally total() {
    return total;
  }

  /**
   * Returns how long the arm took.
   *
   * @return seconds of engine time, or {@code NaN} if that is not known.
   */
  public double wallSeconds() {
    return wallSeconds;
  }

  double rho() {
    return rho;
  }

  double effectiveLeaves() {
    return effectiveLeaves;
  }

  double rewardMean() {
    return valuedTasks == 0 ? Double.NaN : taskMeans / valuedTasks;
  }

  /**
   * Returns what the arm cost.
   *
   * @return the tokens prefilled, sampled or discarded.
   */
  public double computed() {
    return get(Sum.PREFILLED) + get(Sum.DECODED) + get(Sum.DISCARDED);
  }

  double sharing() {
    return quotient(get(Sum.CHAIN_TOKENS), computed() - get(Sum.PROMPT_COMPUTED));
  }

  /**
   * Divides.
   *
   * @param above the line.
   * @param below the line.
   * @return the quotient, {@code NaN} where there is nothing to divide by.
   */
  public static double quotient(final double above, final double below) {
    return below == 0 ? Double.NaN : above / below;
  }
}
