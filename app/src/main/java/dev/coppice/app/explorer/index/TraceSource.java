package dev.coppice.app.explorer.index;

import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.StoredGroup;
import java.nio.file.Path;
import java.util.function.BiConsumer;

/** Follows {@code traces.jsonl}, from finished group to finished group. */
final class TraceSource implements GroupSource {
  private final Path path;
  private volatile long read;
  private long seenBytes = -1;

  TraceSource(final Path path) {
    this.path = path;
  }

  @Override
  public boolean poll(final long untilNs, final BiConsumer<Place, ShownGroup> found) {
    final long size = bytes();
    if (size == seenBytes && size >= read) {
      return false;
    }
    try (GroupScan scan = new GroupScan(path, read)) {
      for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
        found.accept(new Place(path.getFileName().toString(), read), ShownGroup.of(group));
        read = group.end();
        if (System.nanoTime() >= untilNs) {
          return true;
        }
      }
    }
    // What is behind the last finished group is looked at again once the file has grown.
    seenBytes = size;
    return false;
  }

  @Override
  public ShownGroup load(final Place place) {
    try (GroupScan scan = new GroupScan(path, place.from())) {
      final StoredGroup group = scan.next();
      return group == null ? null : ShownGroup.of(group);
    }
  }

  @Override
  public long bytes() {
    return path.toFile().length();
  }

  @Override
  public long readBytes() {
    return read;
  }
}
