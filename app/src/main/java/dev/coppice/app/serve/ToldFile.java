package dev.coppice.app.serve;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Keeps what groups told the estimators that learn, where no traces do: one line a
 * group, {@code number TAB estimator TAB text ... TAB .}.
 *
 * <p>A line a kill cut short is passed over: its group was not sealed, and tells the same again.
 *
 * @thread one.
 */
final class ToldFile implements AutoCloseable {
  private static final String END = ".";

  private final BufferedWriter out;

  /**
   * Opens the file and tells what is in it.
   *
   * @param path of the file, made if it is not there.
   * @param told told of the groups that are in it, in their order there.
   */
  public ToldFile(final Path path, final BiConsumer<Long, Map<String, String>> told) {
    try {
      if (Files.exists(path)) {
        for (final String line : Files.readAllLines(path, StandardCharsets.UTF_8)) {
          final String[] parts = line.split("\t", -1);
          if (parts.length > 1 && END.equals(parts[parts.length - 1])) {
            told.accept(Long.parseLong(parts[0]), texts(parts));
          }
        }
      }
      out =
          Files.newBufferedWriter(
              path, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      out.newLine();
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot keep what groups told: " + path, e);
    }
  }

  private static Map<String, String> texts(final String[] parts) {
    final Map<String, String> texts = new HashMap<>();
    for (int i = 1; i + 1 < parts.length - 1; i += 2) {
      texts.put(parts[i], parts[i + 1]);
    }
    return texts;
  }

  /**
   * Keeps what a group told.
   *
   * @param number of the group.
   * @param told by the names of the estimators that learn.
   */
  public void add(final long number, final Map<String, String> told) {
    try {
      final StringBuilder line = new StringBuilder(Long.toString(number));
      told.forEach((name, text) -> line.append('\t').append(name).append('\t').append(text));
      out.write(line.append('\t').append(END).toString());
      out.newLine();
      out.flush();
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot keep what groups told", e);
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot keep what groups told", e);
    }
  }
}
