package dev.coppice.worlds.pyenv;

import dev.coppice.environments.canonical.CanonicalJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Describes the Python that runs an environment.
 *
 * @param executable to start.
 * @param folders it reads: its own, its virtual environment's, and those of its packages.
 */
record Interpreter(String executable, List<Path> folders) {
  private static final int TIMEOUT_S = 60;
  private static final String QUESTION =
      """
      import json, os, sys
      folders = [sys.prefix, sys.base_prefix, os.path.dirname(os.path.realpath(sys.executable))] + sys.path
      print(json.dumps({"executable": sys.executable, "version": list(sys.version_info[:2]),
                        "folders": [os.path.abspath(f) for f in folders if f and os.path.exists(f)]}))
      """;

  /**
   * Finds an interpreter and asks it where its files are.
   *
   * @param wanted path or name; empty for the active virtual environment's, else {@code python3}.
   * @throws IllegalArgumentException if there is none, or it is too old.
   */
  static Interpreter find(final String wanted) {
    final String python = wanted.isEmpty() ? active() : wanted;
    try {
      final Process process =
          new ProcessBuilder(python, "-c", QUESTION).redirectErrorStream(true).start();
      process.getOutputStream().close();
      final String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(TIMEOUT_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalArgumentException(
            "world.python does not work: " + python + ": " + said.strip());
      }
      return read(python, said);
    } catch (final IOException e) {
      throw new IllegalArgumentException(
          "there is no Python at world.python: " + python + " (" + e.getMessage() + ")", e);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalArgumentException("interrupted while Python was looked for", e);
    }
  }

  private static String active() {
    final String environment = System.getenv("VIRTUAL_ENV");
    if (environment != null) {
      final Path python = Path.of(environment, "bin", "python");
      if (Files.isExecutable(python)) {
        return python.toString();
      }
    }
    return "python3";
  }

  private static Interpreter read(final String python, final String said) {
    final Map<String, Object> answer = CanonicalJson.read(said.strip());
    final List<?> version = (List<?>) answer.get("version");
    final int minor = ((Number) version.get(1)).intValue();
    if (((Number) version.get(0)).intValue() != 3 || minor < 10) {
      throw new IllegalArgumentException(
          "world.python must be Python 3.10 or newer: " + python + " is " + version);
    }
    final Set<Path> folders = new LinkedHashSet<>();
    for (final Object folder : (List<?>) answer.get("folders")) {
      folders.add(Path.of((String) folder));
    }
    return new Interpreter((String) answer.get("executable"), outermost(folders));
  }

  /** Leaves out what lies in another of the folders. */
  static List<Path> outermost(final Set<Path> folders) {
    final List<Path> kept = new ArrayList<>();
    for (final Path folder : folders) {
      if (folders.stream().noneMatch(other -> !other.equals(folder) && folder.startsWith(other))) {
        kept.add(folder);
      }
    }
    return kept;
  }
}
