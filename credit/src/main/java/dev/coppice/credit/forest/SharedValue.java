package dev.coppice.credit.forest;

/** Says what a node gets from the scalars of the trajectories that share it. */
public enum SharedValue {
  /** Their mean; belongs with a multiplicity. */
  MEAN,
  /** Their sum; what duplicated rows add up to. */
  SUM;

  /** The option every estimator of whole trajectories offers. */
  public static final OptionSpec OPTION = OptionSpec.choice("shared", "mean", "sum");

  /**
   * Reads the option.
   *
   * @param options given.
   * @return the value asked for.
   */
  public static SharedValue of(final Options options) {
    return options.is("shared", "sum") ? SUM : MEAN;
  }
}
