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

  /** The largest reward and component: squares and sums of more would not be numbers any longer. */
  private static final double LARGEST = 1e30;

  /** Refuses infinite rewards, and components that are no numbers. */
  public Score {
    components = Map.copyOf(components);
    if (Math.abs(reward) > LARGEST) {
      throw new IllegalArgumentException(
          "reward must be at most " + LARGEST + " in size: reward=" + reward);
    }
    components.forEach(
        (name, value) -> {
          if (!(Math.abs(value) <= LARGEST)) {
            throw new IllegalArgumentException(
                "a component must be a number of at most " + LARGEST + ": " + name + "=" + value);
          }
        });
  }
}
