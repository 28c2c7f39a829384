package dev.coppice.app.report;

import dev.coppice.app.outcome.Outcomes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Holds the figures of one arm.
 *
 * @param arm the name of the arm.
 * @param figures in the order of the report.
 * @param failures the number of failed trajectories by boundary.
 * @param outcomes how its trajectories ended; complete, and only read from now on.
 */
public record ArmReport(
    String arm, Map<Figure, Estimate> figures, Map<String, Long> failures, Outcomes outcomes) {
  /** Copies the maps. */
  public ArmReport {
    figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    failures = Collections.unmodifiableMap(new TreeMap<>(failures));
  }

  /**
   * Returns one figure.
   *
   * @param figure wanted.
   * @return the value, or {@code NaN} where it is not defined.
   */
  public double value(final Figure figure) {
    return figures.get(figure).value();
  }

  /**
   * Returns the figure of a name, whichever report it was computed for.
   *
   * @param fieldName of the figure.
   * @return the figure; not defined where this arm has none of the name.
   */
  public Estimate named(final String fieldName) {
    return named(figures, fieldName);
  }

  /**
   * Finds the figure of a name.
   *
   * @param figures to look in.
   * @param fieldName of the figure.
   * @return the figure; not defined where there is none of the name.
   */
  public static Estimate named(final Map<Figure, Estimate> figures, final String fieldName) {
    for (final Map.Entry<Figure, Estimate> entry : figures.entrySet()) {
      if (entry.getKey().fieldName().equals(fieldName)) {
        return entry.getValue();
      }
    }
    return Estimate.NONE;
  }
}
