package dev.coppice.app.explorer.index;

import dev.coppice.bridge.disk.StorageException;
import dev.coppice.bridge.segment.ArrowSegmentReader;
import dev.coppice.bridge.segment.SegmentFormatException;
import dev.coppice.bridge.wire.PackedGroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/** Reads the segments that {@code serve} seals; the trainer's acknowledgement deletes them. */
final class ServedSource implements GroupSource {
  private final Path folder;
  private final Set<String> done = new HashSet<>();
  private volatile long read;

  ServedSource(final Path folder) {
    this.folder = folder;
  }

  @Override
  public boolean poll(final long untilNs, final BiConsumer<Place, ShownGroup> found) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    for (final String name : new ArrowSegmentReader(folder).names()) {
      if (!done.add(name)) {
        continue;
      }
      final long bytes = bytes(name);
      final List<PackedGroup> groups = packed(name);
      for (int i = 0; i < groups.size(); i++) {
        found.accept(new Place(name, i), ShownGroup.of(groups.get(i)));
      }
      read += bytes;
      if (System.nanoTime() >= untilNs) {
        return true;
      }
    }
    return false;
  }

  /** Reads a segment; one that was deleted or cannot be read as a tree has no groups to show. */
  private List<PackedGroup> packed(final String name) {
    try {
      return new ArrowSegmentReader(folder).packed(name);
    } catch (final StorageException | SegmentFormatException e) {
      if (Files.exists(folder.resolve(name + ".leaves.arrow"))) {
        throw e;
      }
      return List.of();
    }
  }

  @Override
  public ShownGroup load(final Place place) {
    final List<PackedGroup> groups = packed(place.file());
    return place.from() < groups.size() ? ShownGroup.of(groups.get((int) place.from())) : null;
  }

  private long bytes(final String name) {
    return folder.resolve(name + ".nodes.arrow").toFile().length()
        + folder.resolve(name + ".leaves.arrow").toFile().length();
  }

  @Override
  public long bytes() {
    return read;
  }

  @Override
  public long readBytes() {
    return read;
  }
}
