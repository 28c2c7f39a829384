package dev.coppice.worlds.pyenv;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Lays out the host's own files, and the folder of its socket.
 *
 * @param folder of all of it; deleted when closed.
 */
record HostFiles(Path folder) implements AutoCloseable {
  private static final String PACKAGE = "coppice_world";
  private static final List<String> MODULES =
      List.of(
          "__init__",
          "__main__",
          "host",
          "loop",
          "chance",
          "wire",
          "guard",
          "judge",
          "digest",
          "names",
          "schema",
          "rows",
          "module",
          "packages",
          "suites",
          "tau2");

  /** Writes the files into a new folder that everybody may read. */
  static HostFiles write() {
    try {
      final HostFiles files = new HostFiles(Files.createTempDirectory("coppice-py"));
      final Path code = Files.createDirectories(files.code().resolve(PACKAGE));
      Files.createDirectory(files.home());
      for (final String module : MODULES) {
        final String name = PACKAGE + "/" + module + ".py";
        try (InputStream stream = HostFiles.class.getResourceAsStream(name)) {
          Files.copy(stream, code.resolve(module + ".py"));
        }
      }
      open(files.folder);
      return files;
    } catch (final IOException e) {
      throw new UncheckedIOException("the host of Python environments cannot be written", e);
    }
  }

  private static void open(final Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (final Path path : all.toList()) {
        final String mode = Files.isDirectory(path) ? "rwxr-xr-x" : "rw-r--r--";
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
      }
    }
  }

  /** Returns the folder that holds the package. */
  Path code() {
    return folder.resolve("code");
  }

  /** Returns the folder of the socket. */
  Path home() {
    return folder.resolve("home");
  }

  /** Returns the socket, which is bound when a zygote starts. */
  Path socket() {
    return home().resolve("s");
  }

  @Override
  public void close() {
    try (Stream<Path> all = Files.walk(folder)) {
      for (final Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (final IOException e) {
      // A folder of the system's temporary files is left, which does no harm.
    }
  }
}
