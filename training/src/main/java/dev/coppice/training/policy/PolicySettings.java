package dev.coppice.training.policy;

import dev.coppice.training.supervised.TrainerSettings;

/**
 * Holds every hyper-parameter of an update but the learning rate.
 *
 * @param temperature the tokens were sampled at; the loss is on the same distribution.
 * @param clipLow how far a ratio may fall below 1 before a negative coefficient stops pushing.
 * @param clipHigh how far a ratio may rise above 1 before a positive coefficient stops pushing.
 * @param entropyBonus per nat of mean entropy.
 * @param klToStart per nat of mean divergence from the weights the trainer began with; 0 for none.
 * @param importanceCap largest weight of a token that older weights sampled.
 * @param epochs updates made on the same trees.
 * @param microTokens tokens computed together; a larger number changes memory and speed only.
 * @param optimizer constants of AdamW.
 * @thread immutable, any thread
 */
public record PolicySettings(
    double temperature,
    double clipLow,
    double clipHigh,
    double entropyBonus,
    double klToStart,
    double importanceCap,
    int epochs,
    int microTokens,
    TrainerSettings.Optimizer optimizer) {

  /** Clips at 0.2, entropy bonus 0.01, no divergence term, one epoch. */
  public static final PolicySettings DEFAULT =
      new PolicySettings(
          1.0,
          0.2,
          0.2,
          0.01,
          0.0,
          2.0,
          1,
          2048,
          new TrainerSettings.Optimizer(0.9, 0.95, 1e-8, 0.0, 1.0));

  /** Rejects values no update can be made with. */
  public PolicySettings {
    if (!(temperature > 0) || !(clipLow > 0 && clipLow < 1) || !(clipHigh > 0)) {
      throw new IllegalArgumentException(
          "out of range: temperature="
              + temperature
              + " clipLow="
              + clipLow
              + " clipHigh="
              + clipHigh);
    }
    if (!(importanceCap >= 1) || epochs < 1 || microTokens < 1 || !(klToStart >= 0)) {
      throw new IllegalArgumentException(
          "out of range: importanceCap="
              + importanceCap
              + " epochs="
              + epochs
              + " microTokens="
              + microTokens
              + " klToStart="
              + klToStart);
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
        temperature, clipLow, clipHigh, entropy, kl, importanceCap, epochs, microTokens, optimizer);
  }
}
