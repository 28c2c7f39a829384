package dev.coppice.app.verify;

import dev.coppice.app.folder.StoredGroup;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Knows where in {@code traces.jsonl} every group stands.
 *
 * @thread one.
 * @cost two numbers a group.
 */
final class TracePlaces {
  private final Path path;
  private final Map<JournalCheck.Group, Place> places = new LinkedHashMap<>();
  private long end;

  TracePlaces(final Path path) {
    this.path = path;
  }

  /** Bytes of the file, the end not among them. */
  private record Place(long from, long to) {}

  /** Notes the next group of the file. */
  void add(final StoredGroup group) {
    places.put(new JournalCheck.Group(group.arm(), group.id()), new Place(end, group.end()));
    end = group.end();
  }

  boolean has(final JournalCheck.Group group) {
    return places.containsKey(group);
  }

  Set<JournalCheck.Group> groups() {
    return places.keySet();
  }

  /** Opens the file; the caller closes it. */
  Source open() {
    try {
      return new Source(places.isEmpty() ? null : new RandomAccessFile(path.toFile(), "r"));
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot read " + path, e);
    }
  }

  /** Reads groups out of the open file, which is null where there is no group. */
  final class Source implements AutoCloseable {
    private final RandomAccessFile file;

    private Source(final RandomAccessFile file) {
      this.file = file;
    }

    /** Returns the lines of a group that is there. */
    List<String> lines(final JournalCheck.Group group) {
      final Place place = places.get(group);
      final byte[] bytes = new byte[Math.toIntExact(place.to() - place.from())];
      try {
        file.seek(place.from());
        file.readFully(bytes);
      } catch (final IOException e) {
        throw new UncheckedIOException("cannot read " + path, e);
      }
      return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }

    @Override
    public void close() {
      try {
        if (file != null) {
          file.close();
        }
      } catch (final IOException e) {
        throw new UncheckedIOException("cannot close " + path, e);
      }
    }
  }
}
