package dev.coppice.training.policy;

/**
 * Tells how an update went.
 *
 * @param loss of the first epoch, all terms together.
 * @param gradientNorm before clipping, of the last epoch.
 * @param entropyNats mean over trained tokens, of the first epoch.
 * @param clipFraction share of trained tokens whose ratio lay outside the clip range, of the last
 *     epoch.
 * @param mismatch largest difference between a log-probability as recomputed and as sampled, over
 *     tokens that the very weights under training sampled; 0 if there are none.
 * @param klToStart mean divergence from the start in nats, or 0 where it is not asked for.
 * @param tokens computed, each once per epoch.
 * @param trainedTokens of them that are in the loss.
 * @param staleTokens of those that older weights sampled.
 * @param halves what the two halves of the batch tell of its gradient.
 */
public record UpdateReport(
    double loss,
    double gradientNorm,
    double entropyNats,
    double clipFraction,
    double mismatch,
    double klToStart,
    long tokens,
    long trainedTokens,
    long staleTokens,
    Halves halves) {

  /**
   * Holds what the halves of a batch tell of its gradient, unbiased.
   *
   * @param signal square of the true gradient, below 0 where noise has it so.
   * @param noise expected square of the batch's gradient minus the true one.
   */
  public record Halves(double signal, double noise) {
    /** A batch of one tree has no halves. */
    public static final Halves UNKNOWN = new Halves(0, 0);

    /**
     * Returns whether anything was told.
     *
     * @return false for a batch without halves.
     */
    public boolean tell() {
      return noise > 0;
    }
  }
}
