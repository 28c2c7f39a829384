package dev.coppice.app.report;

import dev.coppice.credit.rho.TrunkAnova;
import java.util.List;

/**
 * Sums the tasks of one arm, all of them or all but some, and answers with figures.
 *
 * <p>Rewards are compared between trunks of the same task only, with trees as trunks.
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
    final TrunkAnova anova = new TrunkAnova();
    for (final TaskTally task : tasks) {
      total.merge(task);
      anova.addTasks(task.trunks());
      if (task.get(Sum.VALUED_TREES) > 0) {
        taskMeans += task.get(Sum.TREE_VALUES) / task.get(Sum.VALUED_TREES);
        valuedTasks++;
      }
    }
    rho = anova.isShared() ? anova.rhoRaw() : 0;
    final double clipped = Double.isNaN(rho) ? 1 : Math.clamp(rho, 0, 1);
    for (final TaskTally task : tasks) {
      effectiveLeaves += task.effectiveLeaves(clipped);
    }
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
