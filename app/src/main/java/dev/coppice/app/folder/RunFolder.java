package dev.coppice.app.folder;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Names the files of one run.
 *
 * @param root of the run.
 */
public record RunFolder(Path root) {
  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");
  private static final int ATTEMPTS = 100;

  /** Checks that there is a root. */
  public RunFolder {
    Objects.requireNonNull(root, "root is null");
  }

  /**
   * Makes a folder under a name of its own: time, environment, and four random characters.
   *
   * @param parent that holds run folders; made where it is missing.
   * @param environment of the run, one of a known few.
   * @return an empty run folder.
   * @throws RunFolderException if it cannot be made.
   */
  public static RunFolder create(final Path parent, final String environment) {
    final SplittableRandom random = new SplittableRandom();
    try {
      Files.createDirectories(parent);
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        final String stamp = STAMP.format(LocalDateTime.now(ZoneOffset.UTC));
        final String name =
            String.format("%s-%s-%04x", stamp, environment, random.nextInt(0x10000));
        try {
          Files.createDirectory(parent.resolve(name));
          Files.createDirectory(parent.resolve(name).resolve("trajectories"));
          return new RunFolder(parent.resolve(name));
        } catch (final FileAlreadyExistsException e) {
          continue;
        }
      }
    } catch (final IOException e) {
      throw new RunFolderException("cannot make a run folder in " + parent + ": " + e);
    }
    throw new RunFolderException("cannot make a run folder in " + parent + ": all names are taken");
  }

  /**
   * Finds a run folder.
   *
   * @param path of the folder, or of one that holds run folders: then the newest is taken.
   * @return the run folder.
   * @throws RunFolderException if there is none.
   */
  public static RunFolder find(final Path path) {
    if (!Files.isDirectory(path)) {
      throw new RunFolderException("no such run folder: " + path);
    }
    if (isRun(path)) {
      return new RunFolder(path);
    }
    try (Stream<Path> inside = Files.list(path)) {
      final List<Path> runs =
          inside.filter(RunFolder::isRun).sorted(Comparator.reverseOrder()).toList();
      if (!runs.isEmpty()) {
        return new RunFolder(runs.getFirst());
      }
    } catch (final IOException e) {
      throw new RunFolderException("cannot read " + path + ": " + e);
    }
    throw new RunFolderException(
        path + " is not a run folder: it has no config.resolved.toml, and no run folder is in it");
  }

  private static boolean isRun(final Path path) {
    return Files.isRegularFile(path.resolve("config.resolved.toml"));
  }

  /**
   * Returns the resolved configuration.
   *
   * @return the path of {@code config.resolved.toml}.
   */
  public Path config() {
    return root.resolve("config.resolved.toml");
  }

  /**
   * Returns the traces.
   *
   * @return the path of {@code traces.jsonl}.
   */
  public Path traces() {
    return root.resolve("traces.jsonl");
  }

  /**
   * Returns the folder of Arrow files.
   *
   * @return the path of {@code trajectories}.
   */
  public Path trajectories() {
    return root.resolve("trajectories");
  }

  /**
   * Returns the journal.
   *
   * @return the path of {@code journal.log}.
   */
  public Path journal() {
    return root.resolve("journal.log");
  }

  /**
   * Returns the journal of groups on their way to a trainer.
   *
   * @return the path of {@code bridge.log}.
   */
  public Path bridge() {
    return root.resolve("bridge.log");
  }

  /**
   * Returns the ledger.
   *
   * @return the path of {@code ledger.json}.
   */
  public Path ledger() {
    return root.resolve("ledger.json");
  }

  /**
   * Returns the report.
   *
   * @return the path of {@code report.json}.
   */
  public Path report() {
    return root.resolve("report.json");
  }

  /**
   * Returns the histograms.
   *
   * @return the path of {@code latency.hgrm}.
   */
  public Path latency() {
    return root.resolve("latency.hgrm");
  }

  /**
   * Returns the log.
   *
   * @return the path of {@code run.log}.
   */
  public Path log() {
    return root.resolve("run.log");
  }
}
