package dev.coppice.app.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds the figures of a run: every arm, and every arm's ratios over the arm {@code chain}.
 *
 * @param arms in the order they ran.
 * @param ratios by arm, then figure; empty without an arm {@code chain}.
 */
public record RunReport(List<ArmReport> arms, Map<String, Map<Figure, Estimate>> ratios) {
  /** The arm every other is compared with. */
  public static final String BASELINE = "chain";

  /** Copies the maps. */
  public RunReport {
    arms = List.copyOf(arms);
    ratios = Collections.unmodifiableMap(new LinkedHashMap<>(ratios));
  }

  /**
   * Finds an arm.
   *
   * @param name of the arm.
   * @return the arm, or null if the run has none of that name.
   */
  public ArmReport arm(final String name) {
    for (final ArmReport arm : arms) {
      if (arm.arm().equals(name)) {
        return arm;
      }
    }
    return null;
  }

  /**
   * Returns the arm the flat ratios are about: {@code tree} if it ran, else the first that is not
   * the baseline.
   *
   * @return the name of the arm, or null if there is no ratio.
   */
  public String mainArm() {
    if (ratios.containsKey("tree")) {
      return "tree";
    }
    return ratios.isEmpty() ? null : ratios.keySet().iterator().next();
  }
}
