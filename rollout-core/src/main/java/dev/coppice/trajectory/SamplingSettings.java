package dev.coppice.trajectory;

/**
 * Fixes the distribution that tokens are drawn from.
 *
 * <p>Logits are divided by the temperature, then cut to the {@code topK} largest, to the smallest
 * set of mass {@code topP}, and to probabilities of at least {@code minP} times the largest. The
 * log-probabilities kept are those of the distribution after all cuts.
 *
 * @param temperature of the softmax; 0 takes the largest logit.
 * @param topP mass kept, in (0, 1]; 1 keeps all.
 * @param topK number of tokens kept; 0 keeps all.
 * @param minP least probability kept, as a share of the largest; 0 keeps all.
 */
public record SamplingSettings(double temperature, double topP, int topK, double minP) {
  /** Draws from the model's own distribution. */
  public static final SamplingSettings PLAIN = new SamplingSettings(1.0, 1.0, 0, 0.0);

  /** Always takes the largest logit. */
  public static final SamplingSettings GREEDY = new SamplingSettings(0.0, 1.0, 0, 0.0);

  /** Checks the ranges; comparisons are written so that NaN fails them. */
  public SamplingSettings {
    if (!(temperature >= 0 && temperature <= 100)) {
      throw new IllegalArgumentException(
          "temperature must be between 0 and 100: temperature=" + temperature);
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("top_p must be in (0, 1]: top_p=" + topP);
    }
    if (topK < 0) {
      throw new IllegalArgumentException("top_k must not be negative: top_k=" + topK);
    }
    if (!(minP >= 0 && minP <= 1)) {
      throw new IllegalArgumentException("min_p must be in [0, 1]: min_p=" + minP);
    }
  }

  /**
   * Returns whether the distribution is the plain softmax at some temperature, with nothing cut.
   *
   * @return true if no token is ever cut.
   */
  public boolean isUncut() {
    return topP == 1.0 && topK == 0 && minP == 0.0;
  }
}
