package dev.coppice.app.explorer.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads {@code train.jsonl} of a training run.
 *
 * @thread any; stateless.
 */
final class TrainLines {
  private TrainLines() {}

  /** Returns the whole lines as an array of JSON. */
  static String array(final Path path) {
    if (!Files.exists(path)) {
      return "[]";
    }
    try {
      final String all = Files.readString(path, StandardCharsets.UTF_8);
      final int end = all.lastIndexOf('\n');
      return "[" + (end < 0 ? "" : all.substring(0, end).replace('\n', ',')) + "]";
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }
}
