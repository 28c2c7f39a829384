package dev.coppice.app.report;

import dev.coppice.credit.rho.EffectiveSize;
import dev.coppice.credit.rho.GroupSamples;
import java.util.List;

/**
 * Sums the tasks of one arm, all of them or all but some, and answers with figures.
 *
 * <p>Rewards are compared within a task only, and every task weighs alike, however many groups and
 * trees the budget left it: easy tasks are short and get more trees.
 *
 * @thread one at a time.
 */
public final class ArmTally {
  /** Adds nothing. */
  static final double[] NO_AMOUNTS = {};

  private final TaskTally total = new TaskTally();
  private final double wallSeconds;
  private final EffectiveSize size;
  private final int tasks;
  private double taskMeans;
  private int valuedTasks;

  ArmTally(final List<TaskTally> tasks, final double wallSeconds) {
    this.wallSeconds = wallSeconds;
    this.tasks = tasks.size();
    for (final TaskTally task : tasks) {
      total.merge(task);
      if (task.get(Sum.VALUED_GROUPS) > 0) {
        taskMeans += task.get(Sum.GROUP_VALUES) / task.get(Sum.VALUED_GROUPS);
        valuedTasks++;
      }
    }
    final List<GroupSamples> samples = tasks.stream().map(TaskTally::samples).toList();
    size = isDivided() ? EffectiveSize.ofSystematic(samples) : EffectiveSize.ofIndependent(samples);
  }

  /** Tells whether one number divided draws of the arm, as its traces say. */
  boolean isDivided() {
    return total.get(Sum.DIVIDED_TREES) > 0;
  }

  /** Tells whether forks of the arm were chosen on finished paths, as its traces say. */
  boolean isBiased() {
    return total.get(Sum.BIASED_TREES) > 0;
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

  /** Returns how many tasks have a finished group. */
  int tasks() {
    return tasks;
  }

  double rho() {
    return size.rho();
  }

  double effectiveSize() {
    return size.effective();
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
