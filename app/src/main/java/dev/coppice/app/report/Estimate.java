package dev.coppice.app.report;

/**
 * Holds a figure with its standard error.
 *
 * @param value of the figure, or {@code NaN} where it is not defined.
 * @param standardError over tasks, or {@code NaN} where there are fewer than two.
 * @param halfWidth of the 95 % interval by Student's t, or {@code NaN} likewise.
 */
public record Estimate(double value, double standardError, double halfWidth) {
  /** A figure that is not defined. */
  static final Estimate NONE = new Estimate(Double.NaN, Double.NaN, Double.NaN);
}
