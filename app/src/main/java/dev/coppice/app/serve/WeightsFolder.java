package dev.coppice.app.serve;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.run.ProjectPaths;
import dev.coppice.bridge.disk.DurableFile;
import dev.coppice.bridge.disk.SealedBytes;
import dev.coppice.bridge.flight.WeightsRefusedException;
import dev.coppice.bridge.outbox.PublishedWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Checks that a folder holds the weights its name and a trainer say it holds. */
final class WeightsFolder {
  private static final int NAME_DIGITS = 12;
  private static final Pattern NAME = Pattern.compile("v([1-9][0-9]{0,8})-[0-9a-f]{12}");

  private WeightsFolder() {}

  /** Reads version and digest of a folder from its name and its weights. */
  static PublishedWeights published(final Path folder) {
    final Path found = ProjectPaths.find(folder.toString());
    final Matcher name = NAME.matcher(found.getFileName().toString());
    final Path file = found.resolve("model.safetensors");
    if (!name.matches() || !Files.isRegularFile(file)) {
      throw new ConfigException(
          "--weights "
              + found
              + ": published weights are a folder named v<version>-<12 digits of the digest> with a"
              + " model.safetensors");
    }
    try {
      return new PublishedWeights(
          Integer.parseInt(name.group(1)),
          found.toAbsolutePath().toString(),
          DurableFile.digest(file).sha256());
    } catch (final IOException e) {
      throw new ConfigException("--weights " + file + " cannot be read: " + e);
    }
  }

  /** Returns the folder, every byte of its weights digested. */
  static Path check(final PublishedWeights weights) {
    final Path folder = ProjectPaths.find(weights.folder());
    if (!Files.isDirectory(folder)) {
      throw new WeightsRefusedException(
          "publish: there is no folder " + folder + "; write it in full before publishing it",
          true);
    }
    final String sha256 = weights.sha256().toLowerCase(Locale.ROOT);
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw refused(folder, "sha256 must be 64 hexadecimal digits, not \"" + sha256 + "\"");
    }
    final String name = "v" + weights.version() + "-" + sha256.substring(0, NAME_DIGITS);
    if (folder.getFileName() == null || !folder.getFileName().toString().equals(name)) {
      throw refused(folder, "its name must be " + name + ", for its version and digest");
    }
    final Path file = folder.resolve("model.safetensors");
    if (!Files.isRegularFile(file)) {
      throw new WeightsRefusedException(
          "publish: " + folder + " has no model.safetensors; only safetensors are loaded", true);
    }
    requireNoLinks(folder);
    requireDigest(folder, file, sha256);
    return folder;
  }

  private static void requireDigest(final Path folder, final Path file, final String sha256) {
    final SealedBytes found;
    try {
      found = DurableFile.digest(file);
    } catch (final IOException e) {
      throw refused(folder, "model.safetensors cannot be read: " + e);
    }
    if (!found.sha256().equals(sha256)) {
      throw refused(
          folder,
          "model.safetensors does not have the digest "
              + sha256
              + ": it is damaged or not written in full; write it again");
    }
  }

  /** A link would have a trainer's user read, by what a refusal says, files of the engine's user. */
  private static void requireNoLinks(final Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      final Path link = files.filter(Files::isSymbolicLink).findFirst().orElse(null);
      if (link != null) {
        throw refused(
            folder, link.getFileName() + " is a symbolic link; write the file itself into it");
      }
    } catch (final IOException e) {
      throw refused(folder, "it cannot be listed: " + e);
    }
  }

  private static WeightsRefusedException refused(final Path folder, final String fault) {
    return new WeightsRefusedException(
        "publish: " + folder + " is refused: " + fault + "; the current weights stay in use",
        false);
  }
}
