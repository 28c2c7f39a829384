package dev.coppice.bench.creditcheck;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * Tells how much of an estimator's gradient is noise, inside a prompt, from independent groups.
 *
 * <p>With g the prompt's true gradient and x the estimator's from one group, {@code noise / signal =
 * E|x / s - g|^2 / E|g|^2} with the scale s that makes them alike, over prompts: {@code E|x|^2 E|g|^2 /
 * E<x, g>^2 - 1}. It holds noise and bias. What stands for g is the plain policy gradient with a
 * baseline from other groups, {@code a - b s}: a weighs the score of every sample by its reward, s by
 * one, b is the mean reward of groups that are in neither side of a product. So every product is
 * unbiased, whatever shape a group has and however its draws were divided.
 *
 * @thread one.
 * @cost keeps five numbers a prompt; a prompt of K groups takes K^2 products.
 */
final class GradientNoise {
  /** The fewest groups of a prompt: two for a product and one for its baseline. */
  static final int LEAST_GROUPS = 3;

  private final List<double[]> prompts = new ArrayList<>();
  private final double[] totals = new double[4];

  /** Holds the products of the plain gradient, which all estimators of a prompt are held against. */
  static final class Plain {
    private final List<float[]> rewarded;
    private final List<float[]> scores;
    private final double[] means;

    /**
     * Keeps the plain gradients of a prompt.
     *
     * @param rewarded per group, a.
     * @param scores per group, s.
     * @param means per group, its mean reward.
     */
    Plain(final List<float[]> rewarded, final List<float[]> scores, final double[] means) {
      if (means.length < LEAST_GROUPS) {
        throw new IllegalArgumentException(
            "a prompt needs " + LEAST_GROUPS + " groups: groups=" + means.length);
      }
      this.rewarded = rewarded;
      this.scores = scores;
      this.means = means;
    }

    private int groups() {
      return means.length;
    }

    /** Returns the mean reward of the groups but two. */
    private double baseline(final int one, final int other) {
      double sum = 0;
      for (final double mean : means) {
        sum += mean;
      }
      return (sum - means[one] - means[other]) / (means.length - 2);
    }

    private double signal() {
      double sum = 0;
      for (int j = 0; j < groups(); j++) {
        for (int k = 0; k < j; k++) {
          final double b = baseline(j, k);
          sum +=
              dot(rewarded.get(j), rewarded.get(k))
                  - b * dot(scores.get(j), rewarded.get(k))
                  - b * dot(rewarded.get(j), scores.get(k))
                  + b * b * dot(scores.get(j), scores.get(k));
        }
      }
      return sum / (groups() * (groups() - 1) / 2.0);
    }

    private double along(final List<float[]> estimates) {
      double sum = 0;
      for (int j = 0; j < groups(); j++) {
        for (int k = 0; k < groups(); k++) {
          if (j != k) {
            sum += dot(estimates.get(j), rewarded.get(k));
            sum -= baseline(j, k) * dot(estimates.get(j), scores.get(k));
          }
        }
      }
      return sum / (groups() * (groups() - 1.0));
    }
  }

  /** Adds the estimator's gradients of a prompt, one per group of {@code plain}. */
  void add(final Plain plain, final List<float[]> estimates) {
    double squares = 0;
    double products = 0;
    final int groups = estimates.size();
    for (int j = 0; j < groups; j++) {
      squares += dot(estimates.get(j), estimates.get(j)) / groups;
      for (int k = 0; k < j; k++) {
        products += dot(estimates.get(j), estimates.get(k)) / (groups * (groups - 1) / 2.0);
      }
    }
    final double[] sums = {squares, products, plain.along(estimates), plain.signal()};
    prompts.add(sums);
    for (int k = 0; k < totals.length; k++) {
      totals[k] += sums[k];
    }
  }

  /** Returns noise and bias over signal. */
  double noise() {
    return noise(-1);
  }

  /** Returns noise alone over the signal of the estimator's own mean: what its bias adds is left out. */
  double ownNoise() {
    final double[] sums = sums(-1);
    return sums[0] / sums[1] - 1;
  }

  /** Returns the standard error of {@link #noise()}, by leaving out a prompt at a time. */
  double standardError() {
    return standardError(this::noise);
  }

  /** Returns the noise over another estimator's on the same prompts, which share their signal. */
  double over(final GradientNoise other) {
    return noise() / other.noise();
  }

  /** Returns the standard error of {@link #over}, by leaving a prompt out of both. */
  double standardErrorOver(final GradientNoise other) {
    return standardError(without -> noise(without) / other.noise(without));
  }

  private double standardError(final IntToDoubleFunction without) {
    double mean = 0;
    double squares = 0;
    for (int i = 0; i < prompts.size(); i++) {
      final double replicate = without.applyAsDouble(i);
      final double distance = replicate - mean;
      mean += distance / (i + 1);
      squares += distance * (replicate - mean);
    }
    final int n = prompts.size();
    return n < 2 ? Double.NaN : Math.sqrt(squares * (n - 1) / n);
  }

  int prompts() {
    return prompts.size();
  }

  private double noise(final int without) {
    final double[] sums = sums(without);
    return sums[0] * sums[3] / (sums[2] * sums[2]) - 1;
  }

  private double[] sums(final int without) {
    final double[] sums = totals.clone();
    for (int k = 0; k < sums.length && without >= 0; k++) {
      sums[k] -= prompts.get(without)[k];
    }
    return sums;
  }

  private static double dot(final float[] x, final float[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += (double) x[i] * y[i];
    }
    return sum;
  }
}
