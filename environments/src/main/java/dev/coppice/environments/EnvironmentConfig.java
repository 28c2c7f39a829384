package dev.coppice.environments;

import dev.coppice.environments.toolworld.CallFormat;
import dev.coppice.plug.PlugOptions;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Says which tasks of which environment are wanted.
 *
 * @param name of the environment.
 * @param tasks wanted.
 * @param calls puts another dialect of calls in the place of a world's own, or null.
 */
public record EnvironmentConfig(String name, TaskRequest tasks, UnaryOperator<CallFormat> calls) {
  /** Checks that nothing is missing. */
  public EnvironmentConfig {
    Objects.requireNonNull(name, "name is null");
    Objects.requireNonNull(tasks, "tasks is null");
  }

  /**
   * Leaves the dialect of calls to the environment.
   *
   * @param name of the environment.
   * @param tasks wanted.
   */
  public EnvironmentConfig(final String name, final TaskRequest tasks) {
    this(name, tasks, null);
  }

  /**
   * Copies the configuration for another dialect.
   *
   * @param newCalls puts another dialect of calls in the place of a world's own, or null.
   * @return a copy.
   */
  public EnvironmentConfig with(final UnaryOperator<CallFormat> newCalls) {
    return new EnvironmentConfig(name, tasks, newCalls);
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
