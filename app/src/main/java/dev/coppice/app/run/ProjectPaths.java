package dev.coppice.app.run;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.runner.PythonPackage;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds files named in a configuration, whatever folder a command is started from.
 *
 * @thread any.
 */
public final class ProjectPaths {
  private ProjectPaths() {}

  /**
   * Finds a file or folder.
   *
   * @param name of it; a relative one counts from the working folder and, if nothing is there, from
   *     the project's folder.
   * @return where it is, or where it was expected first.
   */
  public static Path find(final String name) {
    final Path here = Path.of(name);
    final String home = System.getenv("COPPICE_HOME");
    if (here.isAbsolute() || Files.exists(here) || home == null) {
      return here;
    }
    final Path there = Path.of(home).resolve(name);
    return Files.exists(there) ? there : here;
  }

  /**
   * Finds a model.
   *
   * @param name of its folder or GGUF file, as for {@link #find}, or {@code package:NAME} for the
   *     GGUF file of an installed Python package.
   * @return the folder or file.
   * @throws ConfigException if there is none.
   */
  public static Path model(final String name) {
    if (name.startsWith(PythonPackage.PREFIX)) {
      return PythonPackage.model(name.substring(PythonPackage.PREFIX.length()));
    }
    final Path model = find(name);
    if (!Files.exists(model)) {
      throw new ConfigException(
          "no such model: "
              + model
              + "; model.path (or --model) names a .gguf file, a folder with config.json,"
              + " model.safetensors and tokenizer.json, such as models/tiny-policy, or"
              + " package:NAME for the .gguf file of an installed Python package");
    }
    return model;
  }
}
