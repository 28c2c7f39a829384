package dev.coppice.bridge.trace;

import dev.coppice.bridge.disk.StorageException;
import dev.coppice.trajectory.TrajectoryTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a trace file line by line or group by group.
 *
 * <p>All trees of a group stand on consecutive lines. A last line without its line feed, as a killed
 * process leaves it, is not read; {@link #tornBytes()} counts it.
 *
 * @thread one.
 * @cost memory for one line and one group, whatever the size of the file.
 */
public final class TraceReader implements AutoCloseable {
  private final Path path;
  private final LineStream lines;
  private Trace ahead;

  /**
   * Opens a trace file.
   *
   * @param path of the file.
   * @throws StorageException if the file cannot be read.
   */
  public TraceReader(final Path path) {
    this.path = path;
    try {
      this.lines = new LineStream(Files.newInputStream(path));
    } catch (final IOException e) {
      throw StorageException.of("open", path, e);
    }
  }

  /**
   * Reads the tree of one line.
   *
   * @param line of a trace file, with or without its line feed.
   * @return the tree, its credit left out.
   * @throws TraceFormatException if the line is not a trace; its number is 1.
   */
  public static TrajectoryTree parse(final String line) {
    return parseTrace(line).tree();
  }

  /**
   * Reads all of one line.
   *
   * @param line of a trace file, with or without its line feed.
   * @return the tree with its credit.
   * @throws TraceFormatException if the line is not a trace; its number is 1.
   */
  public static Trace parseTrace(final String line) {
    final byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    return parse("trace", 1, bytes, bytes.length);
  }

  private static Trace parse(
      final String source, final long number, final byte[] line, final int length) {
    try {
      return TraceParser.parse(line, length);
    } catch (final IllegalArgumentException e) {
      throw new TraceFormatException(source, number, e);
    }
  }

  /**
   * Reads the next line.
   *
   * @return the line, or null at the end of the file.
   * @throws TraceFormatException if the line is not a trace.
   * @throws StorageException if the file cannot be read.
   */
  public Trace next() {
    if (ahead != null) {
      final Trace trace = ahead;
      ahead = null;
      return trace;
    }
    try {
      while (lines.next()) {
        if (!lines.isBlank()) {
          return parse(path.toString(), lines.number(), lines.bytes(), lines.length());
        }
      }
      return null;
    } catch (final IOException e) {
      throw StorageException.of("read", path, e);
    }
  }

  /**
   * Reads all lines of the next group.
   *
   * @return the group, or null at the end of the file.
   * @throws TraceFormatException if a line is not a trace or does not fit the group's others.
   * @throws StorageException if the file cannot be read.
   */
  public TraceGroup nextGroup() {
    final Trace first = next();
    if (first == null) {
      return null;
    }
    final String id = first.tree().group();
    final List<Trace> traces = new ArrayList<>(List.of(first));
    final List<TrajectoryTree> trees = new ArrayList<>(List.of(first.tree()));
    ahead = next();
    while (ahead != null && ahead.tree().group().equals(id)) {
      if (ahead.tree().tree() <= trees.getLast().tree()) {
        // Another arm of the same run may name its groups alike.
        if (!ahead.tree().run().equals(trees.getLast().run())) {
          break;
        }
        throw new TraceFormatException(
            path.toString(),
            lines.number(),
            "the trees of a group must count up: group=" + id + " tree=" + ahead.tree().tree());
      }
      traces.add(ahead);
      trees.add(ahead.tree());
      ahead = null;
      ahead = next();
    }
    try {
      return new TraceGroup(first.group(id, trees), traces);
    } catch (final IllegalArgumentException e) {
      throw new TraceFormatException(path.toString(), lines.number(), e.getMessage());
    }
  }

  /**
   * Returns the size of the whole lines read so far.
   *
   * @return the place behind the last whole line, in bytes from the start of the file.
   */
  public long position() {
    return lines.position();
  }

  /**
   * Counts the bytes of a last line without its line feed, once the end was reached.
   *
   * @return the number of bytes; 0 if the file ends cleanly.
   */
  public long tornBytes() {
    return lines.tornBytes();
  }

  /** Closes the file. */
  @Override
  public void close() {
    try {
      lines.close();
    } catch (final IOException e) {
      throw StorageException.of("close", path, e);
    }
  }

  /** Splits a stream into lines without making strings of them. */
  private static final class LineStream implements AutoCloseable {
    private static final int MAX_LINE_BYTES = 1024 * 1024 * 1024;

    private final InputStream in;
    private final byte[] chunk = new byte[64 * 1024];
    private byte[] line = new byte[64 * 1024];
    private int chunkAt;
    private int chunkEnd;
    private int length;
    private long number;
    private long position;
    private long tornBytes;

    private LineStream(final InputStream in) {
      this.in = in;
    }

    /** Moves to the next whole line. */
    private boolean next() throws IOException {
      length = 0;
      while (true) {
        if (chunkAt == chunkEnd) {
          chunkAt = 0;
          chunkEnd = Math.max(0, in.read(chunk));
          if (chunkEnd == 0) {
            tornBytes = length;
            return false;
          }
        }
        final int end = lineFeedFrom(chunkAt);
        append(end - chunkAt);
        chunkAt = end;
        if (end < chunkEnd) {
          chunkAt++;
          number++;
          position += length + 1L;
          return true;
        }
      }
    }

    private int lineFeedFrom(final int start) {
      int at = start;
      while (at < chunkEnd && chunk[at] != '\n') {
        at++;
      }
      return at;
    }

    private void append(final int count) throws IOException {
      if (length + count > MAX_LINE_BYTES) {
        throw new IOException("line " + (number + 1) + " is longer than " + MAX_LINE_BYTES);
      }
      if (length + count > line.length) {
        line = java.util.Arrays.copyOf(line, Math.max(length + count, line.length * 2));
      }
      System.arraycopy(chunk, chunkAt, line, length, count);
      length += count;
    }

    private boolean isBlank() {
      for (int i = 0; i < length; i++) {
        if (line[i] > ' ') {
          return false;
        }
      }
      return true;
    }

    private byte[] bytes() {
      return line;
    }

    private int length() {
      return length;
    }

    private long number() {
      return number;
    }

    private long position() {
      return position;
    }

    private long tornBytes() {
      return tornBytes;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
