package dev.coppice.credit.forest;

import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;

/** Says what a node gets from the scalars of the trajectories that share it. */
public enum SharedValue {
  /** Their mean; belongs with a multiplicity. */
  MEAN,
  /** Their sum; what duplicated rows add up to. */
  SUM;

  /** The option every estimator of whole trajectories offers. */
  public static final PlugOption OPTION =
      PlugOption.choice(
          "shared",
          "What a shared node gets of its trajectories: their mean, or their sum.",
          "mean",
          "sum");

  /**
   * Reads the option.
   *
   * @param options given.
   * @return the value asked for.
   */
  public static SharedValue of(final PlugOptions options) {
    return options.is("shared", "sum") ? SUM : MEAN;
  }
}
