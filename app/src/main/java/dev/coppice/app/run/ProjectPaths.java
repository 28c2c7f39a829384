package dev.coppice.app.run;

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
}
