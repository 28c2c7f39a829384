package dev.coppice.app.run;

import dev.coppice.app.config.ConfigException;
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
   * Finds a model folder.
   *
   * @param name of it, as for {@link #find}.
   * @return the folder.
   * @throws ConfigException if there is none.
   */
  public static Path modelFolder(final String name) {
    final Path folder = find(name);
    if (!Files.isDirectory(folder)) {
      throw new ConfigException(
          "no such model folder: "
              + folder
              + "; model.path (or --model) names a folder with config.json, model.safetensors and"
              + " tokenizer.json, such as models/tiny-policy or what convert-llama2c writes");
    }
    return folder;
  }
}
