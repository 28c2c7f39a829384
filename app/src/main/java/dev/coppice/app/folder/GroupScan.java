package dev.coppice.app.folder;

import dev.coppice.bridge.trace.TraceFormatException;
import dev.coppice.bridge.wire.GroupNumbers;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the finished groups of {@code traces.jsonl} one after the other.
 *
 * <p>A group is finished when all its lines are there. What a killed process left behind the last
 * finished group, half a line or half a group, is not read; {@link #tornBytes} counts it. Damage
 * before that is an error with its line.
 *
 * @thread one at a time.
 * @cost memory for one group, whatever the size of the file.
 */
public final class GroupScan implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 18;

  private final Path path;
  private final InputStream in;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(1 << 14);
  private long lineNumber;
  private long position;
  private long keep;
  private boolean ended;

  /**
   * Opens a trace file.
   *
   * @param path of the file; a missing one reads as empty.
   */
  public GroupScan(final Path path) {
    this(path, 0);
  }

  /**
   * Opens a trace file behind groups that were read before.
   *
   * @param path of the file; a missing one reads as empty.
   * @param from the end of a finished group, in bytes; lines in errors are counted from there.
   */
  public GroupScan(final Path path, final long from) {
    this.path = path;
    this.position = from;
    this.keep = from;
    try {
      final InputStream file =
          Files.exists(path) ? Files.newInputStream(path) : InputStream.nullInputStream();
      file.skipNBytes(from);
      this.in = new BufferedInputStream(file, BUFFER_BYTES);
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }

  /**
   * Reads the next finished group.
   *
   * @return the group, or null at the end.
   * @throws TraceFormatException if a line before the end is damaged or of another format.
   */
  public StoredGroup next() {
    final List<StoredTree> trees = new ArrayList<>();
    while (true) {
      final StoredTree tree = readLine();
      if (tree == null) {
        return null;
      }
      if (!trees.isEmpty() && !sameGroup(trees.getFirst(), tree)) {
        throw damaged("the group before this line has lost trees");
      }
      if (!trees.isEmpty()) {
        requireOneContract(trees.getFirst(), tree);
      }
      trees.add(tree);
      if (trees.size() == tree.groupTrees()) {
        keep = position;
        final long number = GroupNumbers.ofId(trees.getFirst().trace().tree().group());
        return new StoredGroup(number, trees, keep);
      }
    }
  }

  private static boolean sameGroup(final StoredTree first, final StoredTree other) {
    return first.arm().equals(other.arm())
        && first.trace().tree().group().equals(other.trace().tree().group());
  }

  private void requireOneContract(final StoredTree first, final StoredTree other) {
    final String one = first.trace().tree().task().contract().wireName();
    final String another = other.trace().tree().task().contract().wireName();
    if (!one.equals(another)) {
      throw damaged(
          "the group mixes runtime contracts, so its rewards cannot be compared: arm="
              + first.arm()
              + " group="
              + first.trace().tree().group()
              + " contracts="
              + one
              + ","
              + another
              + "; generate the group again under one contract");
    }
  }

  private StoredTree readLine() {
    if (ended) {
      return null;
    }
    try {
      line.reset();
      int character = in.read();
      while (character >= 0 && character != '\n') {
        line.write(character);
        character = in.read();
      }
      if (character < 0) {
        ended = true;
        position += line.size();
        return null;
      }
      position += line.size() + 1L;
      lineNumber++;
      return TraceLines.parse(line.toString(StandardCharsets.UTF_8));
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    } catch (final TraceFormatException e) {
      throw new RunFolderException(e.errorCode(), at(e.getMessage()), e);
    } catch (final IllegalArgumentException e) {
      throw damaged(e.getMessage());
    }
  }

  private RunFolderException damaged(final String fault) {
    return new RunFolderException(at(fault));
  }

  private String at(final String fault) {
    return path + ":" + lineNumber + ": " + fault;
  }

  /**
   * Returns the length of the finished groups read so far.
   *
   * @return the place behind the last finished group, in bytes.
   */
  public long keepBytes() {
    return keep;
  }

  /**
   * Counts the bytes after the last finished group, once the end was reached.
   *
   * @return the number of bytes; 0 where the file ends cleanly.
   */
  public long tornBytes() {
    return position - keep;
  }

  /** Closes the file. */
  @Override
  public void close() {
    try {
      in.close();
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot close " + path, e);
    }
  }
}
