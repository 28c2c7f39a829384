package dev.coppice.training.policy;

import dev.coppice.training.supervised.TrainerSettings;

/**
 * Holds every hyper-parameter of an update but the learning rate.
 *
 * @param temperature the tokens were sampled at; the loss is on the same distribution.
 * @param clip how far ratios may move.
 * @param terms added to the policy gradient.
 * @param epochs updates made on the same trees.
 * @param microTokens tokens computed together; a larger number changes memory and speed only.
 * @param optimizer constants of AdamW.
 * @thread immutable, any thread
 */
public record PolicySettings(
    double temperature,
    Clip clip,
    Terms terms,
    int epochs,
    int microTokens,
    TrainerSettings.Optimizer optimizer) {

  /**
   * Says how far ratios of probabilities may move.
   *
   * @param low how far a ratio may fall below 1 before a negative coefficient stops pushing.
   * @param high how far a ratio may rise above 1 before a positive coefficient stops pushing.
   * @param importanceCap largest weight of a token that older weights sampled.
   */
  public record Clip(double low, double high, double importanceCap) {
    /** Rejects bounds that would stop every token. */
    public Clip {
      if (!(low > 0 && low < 1) || !(high > 0) || !(importanceCap >= 1)) {
        throw new IllegalArgumentException(
            "out of range: clip low=" + low + " high=" + high + " importanceCap=" + importanceCap);
      }
    }
  }

  /**
   * Weighs the terms beside the policy gradient.
   *
   * @param entropyBonus per nat of mean entropy.
   * @param klToStart per nat of mean divergence from the weights the trainer began with; 0 for none.
   */
  public record Terms(double entropyBonus, double klToStart) {
    /** Rejects a reward for divergence. */
    public Terms {
      if (!(klToStart >= 0)) {
        throw new IllegalArgumentException("out of range: klToStart=" + klToStart);
      }
    }
  }

  /** Clips at 0.2, entropy bonus 0.01, no divergence term, one epoch. */
  public static final PolicySettings DEFAULT =
      new PolicySettings(
          1.0,
          new Clip(0.2, 0.2, 2.0),
          new Terms(0.01, 0.0),
          1,
          2048,
          new TrainerSettings.Optimizer(0.9, 0.95, 1e-8, 0.0, 1.0));

  /** Rejects values no update can be made with. */
  public PolicySettings {
    if (!(temperature > 0) || epochs < 1 || microTokens < 1) {
      throw new IllegalArgumentException(
          "out of range: temperature="
              + temperature
              + " epochs="
              + epochs
              + " microTokens="
              + microTokens);
    }
  }

  /**
   * Returns these settings with another entropy bonus and divergence term.
   *
   * @param entropy bonus per nat.
   * @param kl coefficient of the divergence from the start.
   * @return the settings.
   */
  public PolicySettings with(final double entropy, final double kl) {
    return new PolicySettings(
        temperature, clip, new Terms(entropy, kl), epochs, microTokens, optimizer);
  }

  /**
   * Returns these settings with passes of another size.
   *
   * @param tokens computed together.
   * @return the settings.
   */
  public PolicySettings withMicroTokens(final int tokens) {
    return new PolicySettings(temperature, clip, terms, epochs, tokens, optimizer);
  }
}
