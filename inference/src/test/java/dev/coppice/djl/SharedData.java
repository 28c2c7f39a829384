package dev.coppice.djl;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds third-party data beside the checkout; tests without it are skipped with the reason. */
public final class SharedData {
  private SharedData() {}

  /**
   * Returns a path below the folder {@code shared}.
   *
   * @param path relative to it.
   * @return the path, which exists.
   */
  public static Path find(final String path) {
    final String given = System.getenv("COPPICE_SHARED");
    Path found = given == null ? null : Path.of(given, path);
    Path folder = Path.of("").toAbsolutePath();
    while (given == null && folder != null) {
      found = folder.resolve("shared").resolve(path);
      if (Files.exists(found)) {
        break;
      }
      folder = folder.getParent();
    }
    final boolean there = found != null && Files.exists(found);
    if (!there) {
      System.err.println("skipped: no shared/" + path + " beside the checkout");
    }
    assumeTrue(there, "no shared/" + path + " beside the checkout; set COPPICE_SHARED");
    return found;
  }
}
