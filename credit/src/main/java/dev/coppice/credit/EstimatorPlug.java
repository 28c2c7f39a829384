package dev.coppice.credit;

import dev.coppice.credit.forest.CreditFormula;
import dev.coppice.plug.Plug;
import dev.coppice.plug.PlugKind;
import dev.coppice.plug.PlugOptions;

/**
 * Offers an advantage estimator by name.
 *
 * @thread any; implementations are stateless.
 */
public interface EstimatorPlug extends Plug {
  /** The kind. */
  PlugKind<EstimatorPlug> KIND = new PlugKind<>(EstimatorPlug.class, "estimator", "estimators");

  /**
   * Makes the formula.
   *
   * @param options as this plug declares them.
   * @return the formula, which keeps nothing between groups.
   * @throws IllegalArgumentException if the options do not fit each other.
   */
  CreditFormula make(PlugOptions options);

  /**
   * Says whether its promise of being unbiased rests on path weights: on forks that were decided by the
   * path before them alone.
   *
   * @return true if trees that fork at places chosen on finished paths must not be scored by it.
   */
  default boolean restsOnPathWeights() {
    return false;
  }

  /**
   * Says whether the formula is wrong where one number divided several samples: it then refuses such
   * groups, and a run that names it divides independently or is refused.
   *
   * @return false unless the plug says otherwise.
   */
  default boolean needsIndependentDraws() {
    return false;
  }
}
