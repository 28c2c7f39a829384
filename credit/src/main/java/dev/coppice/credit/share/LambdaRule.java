package dev.coppice.credit.share;

/**
 * Says whether a trainer should weigh turns by their share of the variance or leave them as they are.
 *
 * <p>Shares take noise out of a gradient and turn it away from the true one: measured on drawers and
 * countdown the weighed gradient has a cosine of 0.974 with the true one, {@code bias^2 = 1 - 0.974^2 =
 * }{@value #BIAS_SQUARED} of the signal at the best scale. So turns are weighed while the noise of a
 * batch, over its signal, exceeds that; a batch of little noise had better be unbiased. Noise and signal
 * come from halves of batches, as running means over {@value #MEMORY} of them: one batch says little.
 *
 * @param batches that told.
 * @param signal mean square of the true gradient.
 * @param noise mean square of a batch's gradient minus the true one, turns being weighed.
 * @thread any; immutable.
 */
public record LambdaRule(int batches, double signal, double noise) {
  /** Square of the bias over the signal. */
  static final double BIAS_SQUARED = 0.05;

  /** Times that the noise of a gradient without shares exceeds that with them, as measured. */
  static final double NOISE_WITHOUT = 1.6;

  /** Batches before anything is decided. */
  static final int ENOUGH = 4;

  /** Batches the running means remember. */
  static final int MEMORY = 16;

  /** Knows nothing yet: turns are weighed. */
  public static final LambdaRule START = new LambdaRule(0, 0, 0);

  /**
   * Learns from a batch.
   *
   * @param batchSignal product of its halves' gradients.
   * @param batchNoise of the whole batch's gradient.
   * @return the rule with it.
   */
  public LambdaRule after(final double batchSignal, final double batchNoise) {
    final double comparable = weighs() ? batchNoise : batchNoise / NOISE_WITHOUT;
    final double step = 1.0 / Math.min(batches + 1, MEMORY);
    return new LambdaRule(
        batches + 1, signal + step * (batchSignal - signal), noise + step * (comparable - noise));
  }

  /**
   * Says whether the next batch should have its turns weighed.
   *
   * @return false where bias outweighs noise, so that lambda should be 1.
   */
  public boolean weighs() {
    return batches < ENOUGH || noise > BIAS_SQUARED * signal;
  }

  /**
   * Returns what is compared with the bias.
   *
   * @return noise over signal, infinite where no signal was seen.
   */
  public double noiseOverSignal() {
    return signal > 0 ? noise / signal : Double.POSITIVE_INFINITY;
  }
}
