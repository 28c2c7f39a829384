package dev.coppice.app.mode;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.config.WorldOptions;
import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.EnvironmentPlug;
import dev.coppice.environments.Environments;
import dev.coppice.environments.TaskRequest;
import dev.coppice.environments.canonical.CanonicalJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

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
            WorldOptions.of(config, plug, named(config.task(), plug, isPlug))));
  }

  private static Map<String, Object> named(
      final RunConfig.TaskSet task, final EnvironmentPlug plug, final boolean isPlug) {
    if (!task.data().isEmpty()) {
      return rows(task);
    }
    return isPlug ? Map.of() : plug.aliased(task.environment());
  }

  /** Names rows as the Python environment that asks them. */
  private static Map<String, Object> rows(final RunConfig.TaskSet task) {
    final boolean isFile = task.data().matches(".*\\.(jsonl|parquet|json)");
    final boolean isScript = task.reward().endsWith(".py");
    final Map<String, Object> config = new TreeMap<>();
    config.put("prompt_column", task.promptColumn());
    config.put("answer_column", task.answerColumn());
    config.put("reward", isScript ? absolute(task.reward()) : task.reward());
    return Map.of(
        "environment",
        isFile ? task.data() : "dataset:" + task.data(),
        "config",
        CanonicalJson.write(config));
  }

  private static String absolute(final String file) {
    final Path path = Path.of(file).toAbsolutePath().normalize();
    if (!Files.isRegularFile(path)) {
      throw new ConfigException("task.reward names a file that is not there: " + path);
    }
    return path.toString();
  }
}
