package dev.coppice.environments;

import dev.coppice.plug.PlugOptions;
import java.util.Objects;

/**
 * Says which tasks of which environment are wanted.
 *
 * @param name of the environment.
 * @param tasks wanted.
 */
public record EnvironmentConfig(String name, TaskRequest tasks) {
  /** Checks that nothing is missing. */
  public EnvironmentConfig {
    Objects.requireNonNull(name, "name is null");
    Objects.requireNonNull(tasks, "tasks is null");
  }

  /**
   * Leaves the environment's own options at their defaults.
   *
   * @param name of the environment.
   * @param split of the tasks, or empty for the one to evaluate on.
   * @param count of tasks; 0 for all, where the tasks are not drawn.
   * @param seed of the draw of tasks.
   * @param path of the data, or empty.
   * @param prompt or template of the prompt, or empty for the environment's own.
   */
  public EnvironmentConfig(
      final String name,
      final String split,
      final int count,
      final long seed,
      final String path,
      final String prompt) {
    this(name, new TaskRequest(split, count, seed, path, prompt, PlugOptions.NONE));
  }
}
