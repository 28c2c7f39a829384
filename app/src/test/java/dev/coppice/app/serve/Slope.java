package dev.coppice.app.serve;

import java.util.Locale;

/**
 * Fits a straight line to readings and says whether they rise.
 *
 * @param perHour the slope by least squares.
 * @param errorPerHour its standard error, for readings whose errors are independent.
 */
record Slope(double perHour, double errorPerHour) {
  private static final double SURE = 2;

  /** Fits values against hours. */
  static Slope of(final double[] hours, final double[] values) {
    final int n = values.length;
    if (n < 3) {
      return new Slope(0, Double.POSITIVE_INFINITY);
    }
    final double meanX = java.util.Arrays.stream(hours).average().orElseThrow();
    final double meanY = java.util.Arrays.stream(values).average().orElseThrow();
    double xy = 0;
    double xx = 0;
    for (int i = 0; i < n; i++) {
      xy += (hours[i] - meanX) * (values[i] - meanY);
      xx += (hours[i] - meanX) * (hours[i] - meanX);
    }
    final double slope = xy / xx;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      final double off = values[i] - meanY - slope * (hours[i] - meanX);
      squares += off * off;
    }
    return new Slope(slope, Math.sqrt(squares / (n - 2) / xx));
  }

  /** Says {@code flat}, {@code rising}, or {@code undecided} where two errors do not tell. */
  String verdict(final double limitPerHour) {
    if (perHour + SURE * errorPerHour < limitPerHour) {
      return "flat";
    }
    return perHour - SURE * errorPerHour > limitPerHour ? "rising" : "undecided";
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%+.3f +- %.3f per hour", perHour, errorPerHour);
  }
}
