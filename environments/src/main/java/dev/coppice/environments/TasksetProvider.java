package dev.coppice.environments;

import dev.coppice.environments.toolworld.Taskset;

/**
 * Makes a world that another module brings; found by {@link java.util.ServiceLoader}.
 *
 * <p>So worlds with heavy dependencies stay out of this module, and anybody's own world is reached
 * by name once its jar is on the class path.
 *
 * @thread any; implementations are stateless.
 */
public interface TasksetProvider {
  /**
   * Returns the name used in configurations.
   *
   * @return a short lower-case name, which no other environment has.
   */
  String name();

  /**
   * Makes the world.
   *
   * @param config of the environment, whose name is this one's.
   * @return the world; the caller closes it.
   * @throws IllegalArgumentException if the configuration or the data are not what they should be.
   */
  Taskset open(EnvironmentConfig config);
}
