package dev.coppice.app.mode;

import dev.coppice.app.config.RunConfig;
import dev.coppice.app.config.WorldOptions;
import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.EnvironmentPlug;
import dev.coppice.environments.Environments;
import dev.coppice.environments.TaskRequest;
import java.util.Map;

/** Makes the request for the tasks that a configuration names. */
public final class TaskRequests {
  private TaskRequests() {}

  /**
   * Names the environment as a folder may be named after it.
   *
   * @param config of the run.
   * @return the name of the plug that offers it.
   */
  public static String plugName(final RunConfig config) {
    return Environments.find(config.task().environment()).name();
  }

  /**
   * Asks for the configured tasks.
   *
   * @param config of the run.
   * @param path of the data, or empty.
   * @return the request.
   */
  public static EnvironmentConfig of(final RunConfig config, final String path) {
    final RunConfig.TaskSet task = config.task();
    final int count = task.first() + task.count();
    return with(config, task.split(), count, task.seed(), path);
  }

  /**
   * Asks for held-out tasks of the configured environment.
   *
   * @param config of the run.
   * @param count of tasks.
   * @param seed of their draw.
   * @return the request.
   */
  public static EnvironmentConfig heldOut(
      final RunConfig config, final int count, final long seed) {
    return with(config, "held-out", count, seed, config.task().path());
  }

  private static EnvironmentConfig with(
      final RunConfig config,
      final String split,
      final int count,
      final long seed,
      final String path) {
    final String name = config.task().environment();
    final EnvironmentPlug plug = Environments.find(name);
    final boolean isPlug = plug.name().equals(name);
    return new EnvironmentConfig(
        plug.name(),
        new TaskRequest(
            split,
            count,
            seed,
            path,
            config.task().prompt(),
            WorldOptions.of(config, plug, isPlug ? Map.of() : plug.aliased(name))));
  }
}
