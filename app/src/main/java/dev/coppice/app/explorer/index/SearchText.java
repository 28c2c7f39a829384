package dev.coppice.app.explorer.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Keeps the text of all groups of a run in a file of its own and finds words in it.
 *
 * <p>The file is temporary and goes with the process; memory holds eight bytes a group.
 *
 * @thread any; guarded by itself.
 * @cost a search reads the file once, about a gigabyte a second.
 */
final class SearchText implements AutoCloseable {
  private static final int WINDOW = 1 << 20;
  private static final int AROUND = 48;

  private final FileChannel file;
  private long[] ends = new long[64];
  private int groups;

  SearchText() {
    try {
      final Path path = Files.createTempFile("coppice-explorer-", ".text");
      file =
          FileChannel.open(
              path,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot make a temporary file for the search", e);
    }
  }

  /**
   * Represents a group that has the words.
   *
   * @param group its place.
   * @param around the first match with some text before and behind it.
   */
  record Match(int group, String around) {}

  /** Adds the text of the next group. */
  synchronized void add(final String text) {
    try {
      final long at = groups == 0 ? 0 : ends[groups - 1];
      final ByteBuffer bytes =
          ByteBuffer.wrap((text + '\0').getBytes(StandardCharsets.UTF_8)).asReadOnlyBuffer();
      long to = at;
      while (bytes.hasRemaining()) {
        to += file.write(bytes, to);
      }
      if (groups == ends.length) {
        ends = java.util.Arrays.copyOf(ends, 2 * groups);
      }
      ends[groups++] = to;
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot write the text for the search", e);
    }
  }

  /** Finds the groups whose text has the words, whatever their case in ASCII. */
  synchronized List<Match> find(final String words, final int most) {
    final byte[] wanted = words.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
    final List<Match> found = new ArrayList<>();
    if (wanted.length == 0 || groups == 0) {
      return found;
    }
    final byte[] window = new byte[WINDOW + wanted.length];
    final long size = ends[groups - 1];
    int group = 0;
    long from = 0;
    while (from < size && found.size() < most) {
      final int length = read(window, from);
      int at = indexOf(window, length, wanted, 0);
      while (at >= 0 && found.size() < most) {
        while (ends[group] <= from + at) {
          group++;
        }
        found.add(new Match(group, around(from + at, wanted.length, group)));
        final long next = ends[group] - from;
        at = next >= length ? -1 : indexOf(window, length, wanted, (int) next);
      }
      // A match may lie across the end of a window, and a group that matched is done.
      from += Math.max(1, length - wanted.length + 1);
      if (!found.isEmpty()) {
        from = Math.max(from, ends[found.getLast().group()]);
      }
    }
    return found;
  }

  private static int indexOf(
      final byte[] text, final int length, final byte[] wanted, final int from) {
    final int last = length - wanted.length;
    for (int i = from; i <= last; i++) {
      int j = 0;
      while (j < wanted.length && lower(text[i + j]) == wanted[j]) {
        j++;
      }
      if (j == wanted.length) {
        return i;
      }
    }
    return -1;
  }

  private static byte lower(final byte letter) {
    return letter >= 'A' && letter <= 'Z' ? (byte) (letter + 32) : letter;
  }

  private String around(final long at, final int length, final int group) {
    final long begin = Math.max(at - AROUND, group == 0 ? 0 : ends[group - 1]);
    final long end = Math.min(at + length + AROUND, ends[group] - 1);
    final byte[] bytes = new byte[(int) (end - begin)];
    read(bytes, begin);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private int read(final byte[] into, final long from) {
    final ByteBuffer buffer = ByteBuffer.wrap(into);
    try {
      while (buffer.hasRemaining() && file.read(buffer, from + buffer.position()) > 0) {
        continue;
      }
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot read the text for the search", e);
    }
    return buffer.position();
  }

  @Override
  public synchronized void close() {
    try {
      file.close();
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot close the text for the search", e);
    }
  }
}
