package dev.coppice.app.arguments;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.PlugSection;
import dev.coppice.app.run.ProjectPaths;
import dev.coppice.plug.PlugException;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipFile;
import picocli.CommandLine.Option;

/**
 * Takes {@code --classpath} and has this thread, and every one it starts, find plugs there.
 *
 * @thread the main thread.
 */
public final class PlugPath {
  @Option(
      names = "--classpath",
      paramLabel = "JARS",
      description = "Jars or folders with plugs of your own, separated as a class path is.")
  private String path = "";

  /** Made by picocli. */
  public PlugPath() {}

  /**
   * Tells whether one was given.
   *
   * @return true if it was.
   */
  public boolean isGiven() {
    return !path.isEmpty();
  }

  /**
   * Puts the entries on the class path, and looks whether what they offer can be used.
   *
   * @throws ConfigException if an entry is not there or is no jar, or if none offers a plug.
   * @throws PlugException if a plug cannot be made, or has the name of another.
   */
  public void install() {
    if (isGiven() && install(path).stream().noneMatch(PlugPath::offersPlugs)) {
      throw new ConfigException(
          "--classpath offers no plug: "
              + path
              + "; a plug is named in a file such as META-INF/services/"
              + PlugSection.POLICIES.kind().type().getName()
              + " (docs/EXTENDING.md)");
    }
    for (final PlugSection kind : PlugSection.values()) {
      kind.plugs();
    }
  }

  /**
   * Puts the entries on the class path, whether they offer plugs or not.
   *
   * @throws ConfigException if an entry is not there or is no jar.
   */
  public void installClasses() {
    if (isGiven()) {
      install(path);
    }
  }

  private static List<Path> install(final String path) {
    final List<Path> entries = new ArrayList<>();
    final List<URL> urls = new ArrayList<>();
    for (final String part : path.split(File.pathSeparator)) {
      if (!part.isEmpty()) {
        final Path entry = checked(ProjectPaths.find(part).toAbsolutePath().normalize());
        entries.add(entry);
        urls.add(url(entry));
      }
    }
    final String absolute =
        String.join(File.pathSeparator, entries.stream().map(Path::toString).toList());
    Thread.currentThread()
        .setContextClassLoader(new PlugLoader(absolute, urls.toArray(URL[]::new)));
    return entries;
  }

  private static Path checked(final Path entry) {
    if (Files.isDirectory(entry)) {
      return entry;
    }
    if (!Files.isRegularFile(entry)) {
      throw new ConfigException("--classpath: there is no such jar or folder: " + entry);
    }
    try {
      new ZipFile(entry.toFile()).close();
      return entry;
    } catch (final IOException e) {
      throw new ConfigException("--classpath: this is no jar: " + entry + ": " + e.getMessage());
    }
  }

  private static URL url(final Path entry) {
    try {
      return entry.toUri().toURL();
    } catch (final MalformedURLException e) {
      throw new ConfigException("--classpath: not a path: " + entry);
    }
  }

  private static boolean offersPlugs(final Path entry) {
    for (final PlugSection kind : PlugSection.values()) {
      final String file = "META-INF/services/" + kind.kind().type().getName();
      if (Files.isDirectory(entry) ? Files.isRegularFile(entry.resolve(file)) : has(entry, file)) {
        return true;
      }
    }
    return false;
  }

  private static boolean has(final Path jar, final String file) {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.getEntry(file) != null;
    } catch (final IOException e) {
      throw new ConfigException("--classpath: cannot be read: " + jar + ": " + e.getMessage());
    }
  }

  /**
   * Completes a command that is printed for a person, so that it finds the same plugs.
   *
   * @param command without its class path.
   * @return the command, with {@code --classpath} where this process was given one.
   */
  public static String again(final String command) {
    final StringBuilder text = new StringBuilder(command);
    for (final String argument : forChild()) {
      final boolean plain = argument.matches("[\\w./:=+-]+");
      text.append(' ').append(plain ? argument : "'" + argument.replace("'", "'\\''") + "'");
    }
    return text.toString();
  }

  /**
   * Returns the arguments by which a process started from this thread finds the same plugs.
   *
   * @return the option and its value, or nothing.
   */
  public static List<String> forChild() {
    return Thread.currentThread().getContextClassLoader() instanceof PlugLoader loader
        ? List.of("--classpath", loader.path())
        : List.of();
  }
}
