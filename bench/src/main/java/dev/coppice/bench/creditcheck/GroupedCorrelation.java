package dev.coppice.bench.creditcheck;

import java.util.ArrayList;
import java.util.List;

/**
 * Correlates pairs that come in groups, with a standard error over groups.
 *
 * <p>Nodes of one group share a task and rewards, so the error leaves out a group at a time.
 *
 * @thread one.
 * @source Efron and Tibshirani, An Introduction to the Bootstrap, chapter 11.
 */
public final class GroupedCorrelation {
  private static final int SUMS = 6;

  private final List<double[]> groups = new ArrayList<>();

  /** Begins a group. */
  void beginGroup() {
    groups.add(new double[SUMS]);
  }

  /** Adds a pair to the group begun last; one with a {@code NaN} is passed over. */
  void add(final double x, final double y) {
    if (Double.isNaN(x) || Double.isNaN(y)) {
      return;
    }
    final double[] sums = groups.getLast();
    sums[0]++;
    sums[1] += x;
    sums[2] += y;
    sums[3] += x * x;
    sums[4] += y * y;
    sums[5] += x * y;
  }

  /**
   * Counts the pairs.
   *
   * @return the pairs of all groups.
   */
  public int count() {
    return (int) total()[0];
  }

  /**
   * Returns the linear correlation.
   *
   * @return Pearson's r, or {@code NaN} where one side does not vary.
   */
  public double pearson() {
    return pearson(total());
  }

  /**
   * Returns the standard error of the correlation.
   *
   * @return the jackknife's over groups; {@code NaN} where it cannot be told.
   */
  public double standardError() {
    final double[] total = total();
    double mean = 0;
    double squares = 0;
    int used = 0;
    for (final double[] group : groups) {
      if (group[0] > 0) {
        final double[] rest = new double[SUMS];
        for (int i = 0; i < SUMS; i++) {
          rest[i] = total[i] - group[i];
        }
        final double r = pearson(rest);
        final double distance = r - mean;
        mean += distance / ++used;
        squares += distance * (r - mean);
      }
    }
    return used < 2 ? Double.NaN : Math.sqrt(squares * (used - 1) / used);
  }

  private double[] total() {
    final double[] total = new double[SUMS];
    for (final double[] group : groups) {
      for (int i = 0; i < SUMS; i++) {
        total[i] += group[i];
      }
    }
    return total;
  }

  private static double pearson(final double[] sums) {
    final double n = sums[0];
    final double xx = sums[3] - sums[1] * sums[1] / n;
    final double yy = sums[4] - sums[2] * sums[2] / n;
    final double xy = sums[5] - sums[1] * sums[2] / n;
    // What is left of a constant is rounding.
    final boolean varies = xx > 1e-12 * sums[3] && yy > 1e-12 * sums[4];
    return varies ? xy / Math.sqrt(xx * yy) : Double.NaN;
  }
}
