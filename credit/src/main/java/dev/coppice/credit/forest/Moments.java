package dev.coppice.credit.forest;

/**
 * Holds count, mean and spread of the numbers that count.
 *
 * <p>Two passes around the first number, so that equal numbers give exactly their value and a
 * spread of exactly 0.
 *
 * @param count of the numbers that are not {@code NaN}.
 * @param mean of them, or {@code NaN} without any.
 * @param squares the sum of squared distances from the mean.
 */
public record Moments(double count, double mean, double squares) {
  /**
   * Takes the moments of a run of numbers.
   *
   * @param values to read; {@code NaN} is passed over.
   * @param weight how often each counts.
   * @param from the first place.
   * @param to the place after the last.
   * @return the moments.
   */
  public static Moments of(
      final double[] values, final double[] weight, final int from, final int to) {
    double first = Double.NaN;
    double sum = 0.0;
    double count = 0.0;
    for (int i = from; i < to; i++) {
      final double v = values[i];
      if (v == v) {
        if (count == 0.0) {
          first = v;
        }
        count += weight[i];
        sum += weight[i] * (v - first);
      }
    }
    final double mean = first + sum / count;
    double squares = 0.0;
    for (int i = from; i < to; i++) {
      final double v = values[i];
      if (v == v) {
        squares += weight[i] * ((v - mean) * (v - mean));
      }
    }
    return new Moments(count, mean, squares);
  }

  /**
   * Takes the moments of all numbers.
   *
   * @param values to read; {@code NaN} is passed over.
   * @param weight how often each counts.
   * @return the moments.
   */
  public static Moments of(final double[] values, final double[] weight) {
    return of(values, weight, 0, values.length);
  }

  /**
   * Returns the standard deviation.
   *
   * @param ddof taken from the count: 1 as PyTorch does, 0 as NumPy does.
   * @return the deviation, 0 where the count does not exceed ddof.
   */
  public double std(final int ddof) {
    return count <= ddof ? 0.0 : Math.sqrt(squares / (count - ddof));
  }
}
