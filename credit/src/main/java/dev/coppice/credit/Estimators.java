package dev.coppice.credit;

import dev.coppice.plug.PlugOptions;
import dev.coppice.plug.Plugs;
import java.util.List;
import java.util.Map;

/**
 * Makes estimators by name.
 *
 * @thread any; stateless.
 */
public final class Estimators {
  private Estimators() {}

  /**
   * Lists the names.
   *
   * @return the names, families together.
   */
  public static List<String> names() {
    return Plugs.of(EstimatorPlug.KIND).names();
  }

  /**
   * Makes an estimator.
   *
   * @param name as {@code --estimator} takes it.
   * @param options by name, as {@code --set key=value} gives them or with types already; those left
   *     out take their defaults.
   * @return the estimator.
   * @throws IllegalArgumentException listing the known estimators, or the known options and values.
   */
  public static AdvantageEstimator create(final String name, final Map<String, ?> options) {
    final EstimatorPlug plug = Plugs.of(EstimatorPlug.KIND).find(name);
    return of(plug, PlugOptions.of(EstimatorPlug.KIND, plug, options));
  }

  /**
   * Makes the estimator of a plug.
   *
   * @param plug that offers it.
   * @param options as the plug declares them.
   * @return the estimator.
   * @throws IllegalArgumentException if the options do not fit each other.
   */
  public static AdvantageEstimator of(final EstimatorPlug plug, final PlugOptions options) {
    return new FormulaEstimator(plug, options, plug.make(options));
  }
}
