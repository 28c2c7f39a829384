package dev.coppice.app.serve;

import dev.coppice.bridge.disk.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * Keeps what the groups of a fleet taught, those that ended here and those whose lessons came: one
 * line of JSON each.
 *
 * <p>A line a kill cut short is passed over: its group was not sealed, or whoever sent it had no
 * answer and sends it again. A group may be issued again at any time, so no lesson is ever forgotten.
 *
 * @thread any.
 * @cost memory and a line on the disk for every group of the fleet.
 */
final class LessonBook implements AutoCloseable {
  private final Path path;
  private final FileChannel file;
  private final TreeMap<Long, Lesson> known = new TreeMap<>();

  /**
   * Opens the book and reads what is in it.
   *
   * @throws StorageException if it cannot be read or written.
   */
  LessonBook(final Path path) {
    this.path = path;
    try {
      final long whole = Files.exists(path) ? read() : 0;
      file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      file.truncate(whole);
      file.position(whole);
    } catch (final IOException e) {
      throw StorageException.of("open", path, e);
    }
  }

  /** Reads the whole lines, and returns where they end. */
  private long read() throws IOException {
    final byte[] bytes = Files.readAllBytes(path);
    int from = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        final Lesson lesson =
            Lesson.parse(new String(bytes, from, i - from, StandardCharsets.UTF_8));
        known.putIfAbsent(lesson.group(), lesson);
        from = i + 1;
      }
    }
    return from;
  }

  /** Returns all lessons in the order of their groups. */
  synchronized Collection<Lesson> all() {
    return List.copyOf(known.values());
  }

  /** Returns the lesson of a group, or null. */
  synchronized Lesson of(final long group) {
    return known.get(group);
  }

  /**
   * Keeps lessons; of two of one group the first counts.
   *
   * @return those that are new.
   * @throws StorageException if the disk is full or broken; nothing is kept then.
   */
  synchronized List<Lesson> add(final List<Lesson> lessons) {
    final TreeMap<Long, Lesson> fresh = new TreeMap<>();
    for (final Lesson lesson : lessons) {
      if (!known.containsKey(lesson.group())) {
        fresh.putIfAbsent(lesson.group(), lesson);
      }
    }
    if (!fresh.isEmpty()) {
      write(fresh.values());
      known.putAll(fresh);
    }
    return new ArrayList<>(fresh.values());
  }

  private void write(final Collection<Lesson> lessons) {
    final StringBuilder lines = new StringBuilder();
    lessons.forEach(lesson -> lines.append(lesson.toJson()).append('\n'));
    final ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
    try {
      final long whole = file.position();
      try {
        while (bytes.hasRemaining()) {
          file.write(bytes);
        }
      } catch (final IOException e) {
        file.truncate(whole);
        file.position(whole);
        throw e;
      }
    } catch (final IOException e) {
      throw StorageException.of("append to", path, e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      file.close();
    } catch (final IOException e) {
      throw StorageException.of("close", path, e);
    }
  }
}
