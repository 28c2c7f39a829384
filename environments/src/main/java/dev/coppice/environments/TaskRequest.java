package dev.coppice.environments;

import dev.coppice.plug.PlugOptions;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Says which tasks are wanted; this one record reaches the maker of an environment.
 *
 * @param split of the tasks, one of those the environment has; empty for the one to evaluate on, which
 *     a maker gets filled in.
 * @param count of tasks; 0 for all, where the tasks are not drawn.
 * @param seed of the draw of tasks.
 * @param path of the data, or empty.
 * @param prompt or template of the prompt, or empty for the environment's own.
 * @param options of the environment, as it declares them.
 */
public record TaskRequest(
    String split, int count, long seed, String path, String prompt, PlugOptions options) {
  /** Checks that nothing is missing. */
  public TaskRequest {
    Objects.requireNonNull(split, "split is null");
    Objects.requireNonNull(path, "path is null");
    Objects.requireNonNull(prompt, "prompt is null");
    Objects.requireNonNull(options, "options is null");
    if (count < 0) {
      throw new IllegalArgumentException("environment.count must not be negative: count=" + count);
    }
  }

  /**
   * Returns the number of tasks where they are drawn.
   *
   * @param otherwise taken where all are wanted.
   * @return the count.
   */
  public int countOr(final int otherwise) {
    return count == 0 ? otherwise : count;
  }

  /**
   * Returns the prompt.
   *
   * @param otherwise taken where none is given.
   * @return the prompt or its template.
   */
  public String promptOr(final String otherwise) {
    return prompt.isEmpty() ? otherwise : prompt;
  }

  /**
   * Returns where the data are.
   *
   * @return the path; an environment that declares {@link EnvironmentPlug#data} always gets one.
   */
  public Path file() {
    return Path.of(path);
  }
}
