package dev.coppice.djl.training;

/**
 * Configures a sampler.
 *
 * @param temperature that divides the logits; 0 takes the likeliest token.
 * @param maxTokens of a sequence with its prompt; longer ones are cut off.
 * @param seed of the draws.
 * @thread immutable, any thread
 */
public record SamplerSettings(double temperature, int maxTokens, long seed) {

  /** Rejects a negative temperature. */
  public SamplerSettings {
    if (!(temperature >= 0) || maxTokens < 1) {
      throw new IllegalArgumentException(
          "out of range: temperature=" + temperature + " maxTokens=" + maxTokens);
    }
  }
}
