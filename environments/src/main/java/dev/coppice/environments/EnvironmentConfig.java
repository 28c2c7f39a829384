package dev.coppice.environments;

import java.util.Objects;

/**
 * Says which tasks of which world are wanted.
 *
 * @param name of the environment.
 * @param split of the tasks: {@code train} or {@code held-out} for drawn problems, {@code train} or
 *     {@code test} for data sets that have them; empty for the split one evaluates on.
 * @param count of tasks; 0 for all, where the tasks are not drawn.
 * @param seed of the draw of tasks.
 * @param path of the data, or empty.
 * @param prompt or template of the prompt, or empty for the environment's own.
 */
public record EnvironmentConfig(
    String name, String split, int count, long seed, String path, String prompt) {
  /** Checks that nothing is missing. */
  public EnvironmentConfig {
    Objects.requireNonNull(name, "name is null");
    Objects.requireNonNull(split, "split is null");
    Objects.requireNonNull(path, "path is null");
    Objects.requireNonNull(prompt, "prompt is null");
    if (count < 0) {
      throw new IllegalArgumentException("environment.count must not be negative: count=" + count);
    }
  }
}
