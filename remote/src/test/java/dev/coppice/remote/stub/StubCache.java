package dev.coppice.remote.stub;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers computed paths: for all requests by blocks or tokens, or each slot its own. */
final class StubCache {
  private final int block;
  private final int[][] slots;
  private final Map<String, int[]> files = new ConcurrentHashMap<>();
  private final List<int[]> paths = new ArrayList<>();

  private StubCache(final int block, final int slots) {
    this.block = block;
    this.slots = new int[slots][0];
  }

  static StubCache ofBlocks(final int block) {
    return new StubCache(block, 0);
  }

  static StubCache ofTokens() {
    return new StubCache(1, 0);
  }

  static StubCache ofSlots(final int slots) {
    return new StubCache(1, slots);
  }

  synchronized int find(final int[] path, final int slot) {
    int most = 0;
    if (slots.length > 0) {
      most = common(slots[Math.max(0, slot)], path);
    } else {
      for (final int[] known : paths) {
        most = Math.max(most, common(known, path));
      }
    }
    most = Math.min(most, path.length - 1);
    return most - most % block;
  }

  private static int common(final int[] known, final int[] path) {
    final int differs = Arrays.mismatch(known, path);
    return differs < 0 ? path.length : differs;
  }

  synchronized void keep(final int[] path, final int length, final int slot) {
    final int[] copy = Arrays.copyOf(path, length);
    if (slots.length > 0) {
      slots[Math.max(0, slot)] = copy;
    } else {
      paths.removeIf(known -> common(known, copy) == known.length);
      paths.add(copy);
    }
  }

  synchronized void save(final int slot, final String file) {
    files.put(file, slots[slot]);
  }

  synchronized boolean restore(final int slot, final String file) {
    final int[] content = files.get(file);
    if (content != null) {
      slots[slot] = content;
    }
    return content != null;
  }

  synchronized void clear() {
    paths.clear();
    Arrays.fill(slots, new int[0]);
    files.clear();
  }
}
