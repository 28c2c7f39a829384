package dev.coppice.app.explorer.index;

import java.util.function.BiConsumer;

/**
 * Reads groups of a run folder: all of them once, and one of them again by its place.
 *
 * @thread one for {@link #poll}; any for {@link #load}.
 */
sealed interface GroupSource permits TraceSource, ServedSource {
  /**
   * Says where a group is.
   *
   * @param file the group is in.
   * @param from its first byte, or its place among the groups of the file.
   */
  record Place(String file, long from) {}

  /**
   * Reads finished groups that were added since.
   *
   * @param untilNs when to stop, by {@link System#nanoTime}.
   * @param found told of each with its place.
   * @return whether there may be more to read at once.
   */
  boolean poll(long untilNs, BiConsumer<Place, ShownGroup> found);

  /** Reads a group again; null where its file is gone. */
  ShownGroup load(Place place);

  /** Returns the bytes there are. */
  long bytes();

  /** Returns the bytes read so far. */
  long readBytes();
}
