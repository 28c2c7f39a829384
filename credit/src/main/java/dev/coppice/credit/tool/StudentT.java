package dev.coppice.credit.tool;

/**
 * Gives quantiles of Student's t.
 *
 * <p>Exact for 1 and 2 degrees of freedom, else found by Newton steps on the distribution function,
 * whose density is integrated by Simpson's rule. Good to 1e-8 for the levels that intervals use.
 *
 * @thread any; static.
 */
public final class StudentT {
  private static final int PANELS = 2000;
  private static final int STEPS = 60;

  private StudentT() {}

  /**
   * Returns a quantile.
   *
   * @param p level, above 0.5 and below 1.
   * @param df degrees of freedom.
   * @return the value that is exceeded with chance {@code 1 - p}; {@code NaN} without a degree.
   */
  public static double quantile(final double p, final int df) {
    if (df < 1) {
      return Double.NaN;
    }
    if (df == 1) {
      return Math.tan(Math.PI * (p - 0.5));
    }
    final double normal = 2 * p - 1;
    final double start = normal * Math.sqrt(2.0 / (1 - normal * normal));
    return df == 2 ? start : newton(p, df, start);
  }

  /** From the quantile for 2 degrees, which is beyond the one sought, steps stay on its side. */
  private static double newton(final double p, final int df, final double start) {
    final double scale = scale(df);
    double t = start;
    for (int i = 0; i < STEPS; i++) {
      final double step = (0.5 + area(t, df, scale) - p) / density(t, df, scale);
      // A long step from the flat tail could cross to the other side of zero.
      t = Math.abs(step) > Math.abs(t) / 2 ? t - Math.copySign(t / 2, step) : t - step;
      if (Math.abs(step) < 1e-12) {
        break;
      }
    }
    return t;
  }

  private static double area(final double t, final int df, final double scale) {
    final double h = t / PANELS;
    double sum = density(0, df, scale) + density(t, df, scale);
    for (int i = 1; i < PANELS; i++) {
      sum += (i % 2 == 0 ? 2 : 4) * density(i * h, df, scale);
    }
    return sum * h / 3;
  }

  private static double density(final double t, final int df, final double scale) {
    return scale * Math.pow(1 + t * t / df, -(df + 1) / 2.0);
  }

  /** Gamma((df+1)/2) / (Gamma(df/2) sqrt(df pi)), by its two-step recurrence. */
  private static double scale(final int df) {
    double ratio = df % 2 == 0 ? Math.sqrt(Math.PI) / 2 : 1 / Math.sqrt(Math.PI);
    for (int k = df % 2 == 0 ? 2 : 1; k < df; k += 2) {
      ratio *= (k + 1.0) / k;
    }
    return ratio / Math.sqrt(df * Math.PI);
  }
}
