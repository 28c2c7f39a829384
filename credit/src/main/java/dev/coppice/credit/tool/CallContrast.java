package dev.coppice.credit.tool;

import java.util.Locale;

/**
 * Holds what one tool call was worth against its siblings, and how sure that is.
 *
 * @unit advantage and standard error in units of reward.
 * @param tree place of the tree in the group.
 * @param call id of the call.
 * @param node id of the node that made it.
 * @param siblings scored subtrees it is compared with, at least 1.
 * @param advantage {@code V(subtree of the call) - mean V(sibling subtrees)}.
 * @param standardError of the advantage, or {@code NaN} where no subtree forks again.
 * @param degreesOfFreedom the standard error was estimated with.
 */
public record CallContrast(
    int tree,
    int call,
    int node,
    int siblings,
    double advantage,
    double standardError,
    int degreesOfFreedom) {
  /**
   * Says the contrast in a line for a person.
   *
   * @return the line.
   */
  public String explained() {
    return String.format(
        Locale.ROOT,
        "call %d against %d sibling subtrees: %.6g, standard error %.3g (%d degrees of freedom)",
        call,
        siblings,
        advantage,
        standardError,
        degreesOfFreedom);
  }

  /**
   * Returns half the width of the two-sided confidence interval.
   *
   * @param level of confidence in (0, 1), for example 0.95.
   * @return the half width, {@code NaN} without a standard error.
   */
  public double halfWidth(final double level) {
    return StudentT.quantile(0.5 + level / 2, degreesOfFreedom) * standardError;
  }

  /**
   * Returns whether the confidence interval holds a value.
   *
   * @param value asked for.
   * @param level of confidence in (0, 1).
   * @return true if it does; false without a standard error.
   */
  public boolean covers(final double value, final double level) {
    return Math.abs(value - advantage) <= halfWidth(level);
  }
}
