package dev.coppice.app.report;

/**
 * Holds a figure with its standard error.
 *
 * @param value of the figure, or {@code NaN} where it is not defined.
 * @param standardError over tasks, or {@code NaN} where there are fewer than two.
 */
public record Estimate(double value, double standardError) {}
