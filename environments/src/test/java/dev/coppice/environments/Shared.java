package dev.coppice.environments;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Finds the folder of shared data beside the checkout; tests that need it are skipped without. */
public final class Shared {
  private Shared() {}

  /**
   * Finds a file or folder of the shared data, or skips the test.
   *
   * @param relative path below the folder {@code shared}.
   * @return the path.
   */
  public static Path require(final String relative) {
    final Path found = find(relative);
    Assumptions.assumeTrue(
        found != null,
        "skipped: there is no shared/"
            + relative
            + " beside the checkout; COPPICE_SHARED may name the folder");
    return found;
  }

  private static Path find(final String relative) {
    final String override = System.getenv("COPPICE_SHARED");
    if (override != null) {
      final Path path = Path.of(override, relative);
      return Files.exists(path) ? path : null;
    }
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null) {
      final Path path = folder.resolve("shared").resolve(relative);
      if (Files.exists(path)) {
        return path;
      }
      folder = folder.getParent();
    }
    return null;
  }
}
