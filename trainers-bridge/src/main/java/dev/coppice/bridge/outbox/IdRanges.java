package dev.coppice.bridge.outbox;

import java.util.Map;
import java.util.TreeMap;

/**
 * Holds a set of numbers as ranges; numbers given in a row take no space of their own.
 *
 * @thread one.
 * @cost O(log ranges) per call.
 */
final class IdRanges {
  private final TreeMap<Long, Long> lastByFirst = new TreeMap<>();
  private long size;

  boolean contains(final long id) {
    final Map.Entry<Long, Long> range = lastByFirst.floorEntry(id);
    return range != null && range.getValue() >= id;
  }

  /** Adds a number; false if it was there. */
  boolean add(final long id) {
    if (contains(id)) {
      return false;
    }
    size++;
    long first = id;
    long last = id;
    final Map.Entry<Long, Long> below = lastByFirst.lowerEntry(id);
    if (below != null && below.getValue() == id - 1) {
      first = below.getKey();
    }
    final Long above = lastByFirst.remove(id + 1);
    if (above != null) {
      last = above;
    }
    lastByFirst.put(first, last);
    return true;
  }

  /** Adds a range of numbers of which none is there. */
  void addRange(final long first, final long last) {
    lastByFirst.put(first, last);
    size += last - first + 1;
  }

  long size() {
    return size;
  }

  /** Returns the ranges, last by first number. */
  TreeMap<Long, Long> ranges() {
    return lastByFirst;
  }
}
