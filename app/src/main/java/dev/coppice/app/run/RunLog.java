package dev.coppice.app.run;

import dev.coppice.app.folder.RunFolder;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Appends what happens to {@code run.log}, a line each, for people.
 *
 * @thread any.
 */
public final class RunLog implements AutoCloseable {
  private final BufferedWriter out;

  /**
   * Opens the log of a folder.
   *
   * @param folder whose log is appended to.
   */
  public RunLog(final RunFolder folder) {
    try {
      out =
          Files.newBufferedWriter(
              folder.log(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot open " + folder.log(), e);
    }
  }

  /**
   * Appends a line.
   *
   * @param text of the line.
   */
  public synchronized void line(final String text) {
    try {
      out.write(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + text);
      out.newLine();
      out.flush();
    } catch (final IOException e) {
      return; // A log that cannot be written must not end a run; the traces speak for it.
    }
  }

  /** Closes the file. */
  @Override
  public synchronized void close() {
    try {
      out.close();
    } catch (final IOException e) {
      return; // Every line was flushed when it was written.
    }
  }
}
