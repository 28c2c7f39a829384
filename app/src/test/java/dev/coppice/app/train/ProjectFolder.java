package dev.coppice.app.train;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the project that the tests run in. */
final class ProjectFolder {
  private ProjectFolder() {}

  static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(at.resolve("models/tiny-policy"))) {
      at = at.getParent();
    }
    return at;
  }
}
