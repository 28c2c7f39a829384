package dev.coppice.credit.rho;

import java.util.Collection;

/**
 * Says how many independent samples the groups of an arm are worth for their mean reward.
 *
 * <p>{@code ESS = n sum_task Var r / sum_task Var X} for n draws, X being the path-weighted value of
 * one draw with all that grows from it. So plain chains and independently coalesced ones are worth
 * exactly their draws, and trees what their path-weighted value says. Two draws of a task, in one
 * tree or in two, are the least that tells.
 *
 * <p>Draws that were divided systematically depend on each other, so a whole tree is one draw then,
 * and the variance between the trees of a task stands for {@code Var X}. Rare outcomes make most of
 * that variance: it takes {@link #LEAST_GROUPS} groups a task, and some thirty for 10 %.
 *
 * @thread any; immutable.
 * @source Searle, Casella, McCulloch, Variance Components, 1992, for the unbiased moments.
 */
public final class EffectiveSize {
  /** With fewer groups of a task nothing is said of a systematic division. */
  public static final int LEAST_GROUPS = 6;

  private final double effective;
  private final double rho;

  private EffectiveSize(final double effective, final double rho) {
    this.effective = effective;
    this.rho = rho;
  }

  /**
   * Estimates the size where every draw is independent of its siblings.
   *
   * @param tasks of the arm.
   * @return the size; {@code NaN} where forks leave no task with two draws, or nothing varies.
   */
  public static EffectiveSize ofIndependent(final Collection<GroupSamples> tasks) {
    double draws = 0;
    double sample = 0;
    double draw = 0;
    double shared = 0;
    boolean forked = false;
    for (final GroupSamples task : tasks) {
      final TaskMoments moments = task.drawn();
      draws += moments.draws();
      forked |= task.isForked();
      if (moments.draws() > 1) {
        sample += moments.sampleVariance();
        draw += moments.drawVariance();
        shared += moments.sampleVariance() * moments.share();
      }
    }
    if (!forked) {
      return new EffectiveSize(draws, 0);
    }
    return new EffectiveSize(
        draws * positive(sample) / positive(draw), (draw - shared) / positive(sample - shared));
  }

  /**
   * Estimates the size where the draws of a tree were divided systematically.
   *
   * @param tasks of the arm.
   * @return the size; {@code NaN} unless at least half of the tasks have {@link #LEAST_GROUPS} groups;
   *     its {@link #rho()} is not defined. Chains of one draw each have nothing to divide and are
   *     worth their draws.
   */
  public static EffectiveSize ofSystematic(final Collection<GroupSamples> tasks) {
    if (tasks.stream().noneMatch(task -> task.isForked() || task.isDivided())) {
      return ofIndependent(tasks);
    }
    double trees = 0;
    double sample = 0;
    double tree = 0;
    int told = 0;
    for (final GroupSamples task : tasks) {
      trees += task.whole().draws();
      if (task.groups() >= LEAST_GROUPS) {
        sample += task.whole().sampleVariance();
        tree += task.whole().drawVariance();
        told++;
      }
    }
    final boolean enough = 2 * told >= tasks.size();
    return new EffectiveSize(
        enough ? trees * positive(sample) / positive(tree) : Double.NaN, Double.NaN);
  }

  /** A variance that is estimated as 0 or less tells nothing. */
  private static double positive(final double variance) {
    return variance > 0 ? variance : Double.NaN;
  }

  /**
   * Returns the effective sample size.
   *
   * @return independent samples with the same variance of the mean, or {@code NaN} where it cannot be
   *     told.
   */
  public double effective() {
    return effective;
  }

  /**
   * Returns the correlation of the rewards of two samples that grew from one draw.
   *
   * @return 0 where nothing forked; as estimated otherwise, possibly below 0, or {@code NaN}.
   */
  public double rho() {
    return rho;
  }
}
