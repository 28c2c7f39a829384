package dev.coppice.environments.canonical;

import dev.coppice.episode.Episode;

/**
 * Marks an episode whose world can be solved exhaustively, so that the value of every prefix is
 * known exactly.
 *
 * <p>Estimators of credit are checked against it.
 */
public interface ValuedEpisode extends Episode {
  /**
   * Returns the reward the best continuation of this state reaches.
   *
   * @return 1 if some continuation is rewarded, else 0.
   */
  double value();

  @Override
  ValuedEpisode fork();
}
