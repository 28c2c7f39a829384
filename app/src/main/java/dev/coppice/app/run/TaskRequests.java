package dev.coppice.app.run;

import dev.coppice.app.config.RunConfig;
import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.EnvironmentPlug;
import dev.coppice.environments.TaskRequest;
import dev.coppice.plug.Plugs;

/** Makes the request for the tasks that a configuration names. */
public final class TaskRequests {
  private TaskRequests() {}

  /**
   * Asks for the configured tasks.
   *
   * @param config of the run.
   * @return the request.
   */
  public static EnvironmentConfig of(final RunConfig config) {
    final RunConfig.TaskSet task = config.task();
    // A replay needs no data, so the data may be gone.
    final boolean none = task.path().isEmpty() || config.world().mode().equals("replay");
    return with(
        config,
        task.split(),
        Math.addExact(task.first(), task.count()),
        task.seed(),
        none ? "" : ProjectPaths.find(task.path()).toString());
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
    final EnvironmentPlug plug = Plugs.of(EnvironmentPlug.KIND).find(name);
    return new EnvironmentConfig(
        name,
        new TaskRequest(
            split,
            count,
            seed,
            path,
            config.task().prompt(),
            config.plugs().of(EnvironmentPlug.KIND, plug)));
  }
}
