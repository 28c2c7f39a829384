package dev.coppice.episode;

import java.util.Map;

/**
 * Scores a finished episode.
 *
 * @param reward of the episode, or {@code NaN} where it cannot be scored.
 * @param components of the reward by name.
 * @param answer normalised answer, or null where there is none.
 */
public record Score(double reward, Map<String, Double> components, String answer) {
  /** The score of an episode that cannot be scored; never 0. */
  public static final Score NONE = new Score(Double.NaN, Map.of(), null);

  /** Refuses infinite rewards. */
  public Score {
    components = Map.copyOf(components);
    if (Double.isInfinite(reward)) {
      throw new IllegalArgumentException("reward must be finite: reward=" + reward);
    }
  }
}
