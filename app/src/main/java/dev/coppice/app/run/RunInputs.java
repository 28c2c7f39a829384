package dev.coppice.app.run;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.ConfigText;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.RunFolderException;
import dev.coppice.app.folder.RunOrigin;
import dev.coppice.bridge.disk.DurableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Keeps a run's configuration with the digests of everything it names, and finds what was exchanged.
 *
 * @thread any.
 * @cost every byte of the model, the adapter and the data is read once.
 */
public final class RunInputs {
  private static final String CONFIG = "config.resolved.toml";

  /** A folder with more files than this is no data of a task. */
  private static final int MOST_FILES = 10_000;

  private RunInputs() {}

  /**
   * Writes the resolved configuration, secrets left out, and what it names as it is now.
   *
   * @param folder of the run.
   * @param config of the run.
   */
  public static void keep(final Path folder, final RunConfig config) {
    final String text = ConfigText.resolved(config);
    RunOrigin.of(text, digests(config)).save(folder);
    DurableFile.write(folder.resolve(CONFIG), text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Checks that nothing was exchanged since a run was begun.
   *
   * @param folder of the run.
   * @param config of the run, as its folder says it.
   * @throws RunFolderException naming every key that says, or names, something else now.
   */
  public static void requireUnchanged(final Path folder, final RunConfig config) {
    final List<String> changes = changes(folder, config);
    if (!changes.isEmpty()) {
      throw new RunFolderException(
          folder
              + " was begun with something else: "
              + String.join("; ", changes)
              + ". Put it back, or begin a new run");
    }
  }

  /**
   * Lists what was exchanged since a run was begun.
   *
   * @param folder of the run.
   * @param config of the run, as its folder says it.
   * @return a line for each key; none where an earlier build began the run.
   */
  public static List<String> changes(final Path folder, final RunConfig config) {
    final RunOrigin begun = RunOrigin.load(folder);
    if (begun == null) {
      return List.of();
    }
    try {
      final String text = Files.readString(folder.resolve(CONFIG));
      return begun.changes(RunOrigin.of(text, digests(config)));
    } catch (final IOException e) {
      throw new RunFolderException("cannot read " + folder.resolve(CONFIG) + ": " + e);
    }
  }

  private static Map<String, String> digests(final RunConfig config) {
    final Map<String, String> digests = new TreeMap<>();
    final RunConfig.TaskSet task = config.task();
    put(digests, "model.path", model(config.model().path()));
    put(digests, "model.lora", found(config.model().lora()));
    put(digests, "model.chat-template", found(config.model().chatTemplate()));
    put(digests, "task.path", found(task.path()));
    put(digests, "task.data", found(task.data()));
    put(digests, "task.reward", task.reward().endsWith(".py") ? found(task.reward()) : null);
    // A name such as gsm8k may also be a folder here, which is none of its business.
    final boolean isFile = task.environment().matches(".*\\.[a-z]+");
    put(digests, "task.environment", isFile ? found(task.environment()) : null);
    final boolean reads = config.world().mode().equals("replay");
    put(digests, "world.store", reads ? found(config.world().store()) : null);
    put(digests, "world.model", found(config.world().model()));
    put(digests, "world.user", asked(config.world().user()));
    put(digests, "world.judge", asked(config.world().judge()));
    return digests;
  }

  private static Path model(final String name) {
    try {
      return ProjectPaths.model(name);
    } catch (final ConfigException e) {
      return null; // A run that needs it says so itself.
    }
  }

  /** Finds a model that may be an engine's address, of which nothing can be known. */
  private static Path asked(final String name) {
    return name.contains("://") ? null : found(name);
  }

  private static Path found(final String name) {
    return name.isEmpty() ? null : ProjectPaths.find(name);
  }

  private static void put(final Map<String, String> digests, final String key, final Path path) {
    try {
      if (path != null && Files.isRegularFile(path)) {
        digests.put(key, DurableFile.digest(path).sha256());
      } else if (path != null && Files.isDirectory(path)) {
        digests.put(key, folder(path));
      }
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot read what " + key + " names: " + path, e);
    }
  }

  /** Digests the names and bytes of a folder's files, hidden ones and what Python caches apart. */
  private static String folder(final Path root) throws IOException {
    final List<Path> files;
    try (Stream<Path> all = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
      files =
          all.filter(file -> !isHidden(root.relativize(file)) && Files.isRegularFile(file))
              .sorted()
              .limit(MOST_FILES)
              .toList();
    }
    final MessageDigest digest = sha256();
    for (final Path file : files) {
      final String line = root.relativize(file) + "\0" + DurableFile.digest(file).sha256() + "\n";
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static boolean isHidden(final Path inside) {
    for (final Path part : inside) {
      final String name = part.toString();
      if (name.startsWith(".") || name.equals("__pycache__")) {
        return true;
      }
    }
    return false;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (final NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
