package dev.coppice.credit.rho;

/**
 * Says how many continuations of a shared prefix are worth their tokens.
 *
 * <p>A prefix of share p of a trajectory's tokens decides the share rho of its reward's variance.
 * With m continuations per prefix, the mean costs {@code p + m (1 - p)} and has the variance {@code
 * rho + (1 - rho) / m}, each per prefix. The product is least at {@code m* = sqrt(p/(1-p) *
 * (1-rho)/rho)}, where it is {@code (sqrt(rho p) + sqrt((1-rho)(1-p)))^2}; chains have 1. This is
 * the gain for a group mean; step-level advantages need branching in any case.
 *
 * @thread any; static.
 * @source two-stage sampling, Cochran, Sampling Techniques, 1977.
 */
public final class Continuations {
  private Continuations() {}

  /**
   * Returns the real-valued optimum.
   *
   * @param p share of the tokens in the prefix, in [0, 1).
   * @param rho share of the variance decided by the prefix, in [0, 1].
   * @return m*, infinite at rho 0, below 1 where chains are best.
   */
  public static double optimum(final double p, final double rho) {
    check(p, rho);
    return Math.sqrt(p / (1 - p) * ((1 - rho) / rho));
  }

  /**
   * Returns the variance per token of chains over that of the optimum.
   *
   * @param p share of the tokens in the prefix, in [0, 1).
   * @param rho share of the variance decided by the prefix, in [0, 1].
   * @return the gain at {@link #optimum}, at least 1.
   */
  public static double gain(final double p, final double rho) {
    check(p, rho);
    final double root = Math.sqrt(rho * p) + Math.sqrt((1 - rho) * (1 - p));
    return 1 / (root * root);
  }

  /**
   * Returns the variance per token of chains over that of m continuations.
   *
   * @param p share of the tokens in the prefix, in [0, 1).
   * @param rho share of the variance decided by the prefix, in [0, 1].
   * @param m continuations per prefix, at least 1.
   * @return the gain; below 1 where m continuations are worse than chains.
   */
  public static double gainOf(final double p, final double rho, final int m) {
    check(p, rho);
    return 1 / ((p + m * (1 - p)) * (rho + (1 - rho) / m));
  }

  /**
   * Returns the best whole number of continuations.
   *
   * @param p share of the tokens in the prefix, in [0, 1).
   * @param rho share of the variance decided by the prefix, in [0, 1]; {@code NaN} (not known yet)
   *     gives 1.
   * @param most allowed, at least 1.
   * @return a number in [1, most]; 1 means chains.
   */
  public static int best(final double p, final double rho, final int most) {
    if (Double.isNaN(rho)) {
      return 1;
    }
    final double optimum = optimum(p, rho);
    final int low = (int) Math.max(1, Math.min(most, Math.floor(optimum)));
    final int high = Math.min(most, low + 1);
    return gainOf(p, rho, high) > gainOf(p, rho, low) ? high : low;
  }

  private static void check(final double p, final double rho) {
    if (!(p >= 0 && p < 1)) {
      throw new IllegalArgumentException("p must be in [0, 1): p=" + p);
    }
    if (!(rho >= 0 && rho <= 1)) {
      throw new IllegalArgumentException("rho must be in [0, 1]: rho=" + rho);
    }
  }
}
