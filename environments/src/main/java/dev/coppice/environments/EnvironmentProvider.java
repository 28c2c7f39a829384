package dev.coppice.environments;

import dev.coppice.environment.Environment;
import dev.coppice.environments.world.CallFormat;
import dev.coppice.environments.world.Taskset;
import dev.coppice.environments.world.WorldEnvironment;

/**
 * Makes an environment that another module brings; found by {@link java.util.ServiceLoader}.
 *
 * <p>So worlds with heavy dependencies stay out of this module, and anybody's own world is reached
 * by name once its jar is on the class path.
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
   * Makes the environment.
   *
   * @param config of the environment, whose name is this one's.
   * @return the environment; the caller closes it.
   * @throws IllegalArgumentException if the configuration or the data are not what they should be.
   */
  Environment create(EnvironmentConfig config);

  /**
   * Lets the engine run a world in the usual format of calls, with the prompt of the configuration.
   *
   * @param config of the environment.
   * @param taskset of the world; closed with the environment.
   * @return the environment.
   */
  static WorldEnvironment world(final EnvironmentConfig config, final Taskset taskset) {
    final String prompt =
        config.prompt().isEmpty() ? WorldEnvironment.DEFAULT_PROMPT : config.prompt();
    return new WorldEnvironment(taskset, CallFormat.TAGS, prompt);
  }
}
