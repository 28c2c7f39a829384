package dev.coppice.bench.creditcheck;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Correlates pairs that come in groups, those of one task each, with a standard error over groups.
 *
 * <p>Nodes of one task share its difficulty, so the error leaves out all of one at a time.
 *
 * @thread one.
 * @source Efron and Tibshirani, An Introduction to the Bootstrap, chapter 11.
 */
public final class GroupedCorrelation {
  private static final int SUMS = 6;

  private final Map<String, double[]> groups = new LinkedHashMap<>();
  private double[] open;

  /** Says whose pairs come now; a name that was there before goes on. */
  void begin(final String group) {
    open = groups.computeIfAbsent(group, name -> new double[SUMS]);
  }

  /** Adds a pair to the group named last; one with a {@code NaN} is passed over. */
  void add(final double x, final double y) {
    if (Double.isNaN(x) || Double.isNaN(y)) {
      return;
    }
    open[0]++;
    open[1] += x;
    open[2] += y;
    open[3] += x * x;
    open[4] += y * y;
    open[5] += x * y;
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
    for (final double[] group : groups.values()) {
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

  /**
   * Returns the size of the first sides.
   *
   * @return the root of their mean square; {@code NaN} without a pair.
   */
  public double firstSize() {
    return Math.sqrt(total()[3] / count());
  }

  /**
   * Returns the size of the second sides.
   *
   * @return the root of their mean square; {@code NaN} without a pair.
   */
  public double secondSize() {
    return Math.sqrt(total()[4] / count());
  }

  private double[] total() {
    final double[] total = new double[SUMS];
    for (final double[] group : groups.values()) {
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
