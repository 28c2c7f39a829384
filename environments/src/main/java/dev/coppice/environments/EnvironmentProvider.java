package dev.coppice.environments;

import dev.coppice.episode.Environment;

/**
 * Makes an environment that is no world of tools and that another module brings; found by {@link
 * java.util.ServiceLoader}. A world of tools is brought by a {@link TasksetProvider}.
 *
 * @thread any; implementations are stateless.
 */
public interface EnvironmentProvider {
  /**
   * Returns the name used in configurations.
   *
   * @return a short lower-case name, which no other environment has.
   */
  String name();

  /**
   * Tells whether the tokens of its trajectories stand for text.
   *
   * @return false where they only count, as in a load.
   */
  default boolean hasText() {
    return true;
  }

  /**
   * Makes the environment.
   *
   * @param config of the environment, whose name is this one's.
   * @return the environment; the caller closes it.
   * @throws IllegalArgumentException if the configuration or the data are not what they should be.
   */
  Environment create(EnvironmentConfig config);
}
