package dev.coppice.app.report;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Holds the figures of one arm.
 *
 * @param arm the name of the arm.
 * @param figures by metric.
 * @param failures the number of failed trajectories by boundary.
 */
public record ArmReport(String arm, Map<Metric, Estimate> figures, Map<String, Long> failures) {
  /** Copies the maps. */
  public ArmReport {
    figures = Collections.unmodifiableMap(new EnumMap<>(figures));
    failures = Collections.unmodifiableMap(new TreeMap<>(failures));
  }

  /**
   * Returns one figure.
   *
   * @param metric of the figure.
   * @return the value, or {@code NaN} where it is not defined.
   */
  public double value(final Metric metric) {
    return figures.get(metric).value();
  }
}
