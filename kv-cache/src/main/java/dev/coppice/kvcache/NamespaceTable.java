package dev.coppice.kvcache;

import java.util.Arrays;
import org.agrona.collections.Object2IntHashMap;

/**
 * Numbers the namespaces in use.
 *
 * <p>A slot stays while a lease or a cached block uses it, then its number is given again. A
 * dropped namespace keeps its slot until its last user is gone, but is not found any more; the same
 * name then gets another slot.
 */
final class NamespaceTable {
  static final int NONE = -1;

  private final Object2IntHashMap<CacheNamespace> slots = new Object2IntHashMap<>(NONE);
  private CacheNamespace[] names = new CacheNamespace[8];
  private boolean[] dropped = new boolean[8];
  private int[] uses = new int[8];
  private int[] recycled = new int[8];
  private int recycledCount;
  private int used;
  private int recent = NONE;

  /** The slot of a namespace, or {@link #NONE}. */
  int find(final CacheNamespace name) {
    final int last = recent;
    if (last != NONE && name.equals(names[last]) && !dropped[last]) {
      return last;
    }
    return slots.getValue(name);
  }

  /** The slot of a namespace, which is made if need be. The caller must retain it. */
  int intern(final CacheNamespace name) {
    int slot = find(name);
    if (slot == NONE) {
      slot = recycledCount > 0 ? recycled[--recycledCount] : used++;
      if (slot == names.length) {
        final int size = slot * 2;
        names = Arrays.copyOf(names, size);
        dropped = Arrays.copyOf(dropped, size);
        uses = Arrays.copyOf(uses, size);
        recycled = Arrays.copyOf(recycled, size);
      }
      names[slot] = name;
      dropped[slot] = false;
      slots.put(name, slot);
    }
    recent = slot;
    return slot;
  }

  void retain(final int slot) {
    uses[slot]++;
  }

  void release(final int slot) {
    if (--uses[slot] == 0) {
      if (!dropped[slot]) {
        slots.removeKey(names[slot]);
      }
      names[slot] = null;
      recycled[recycledCount++] = slot;
      if (recent == slot) {
        recent = NONE;
      }
    }
  }

  /** Makes a slot unfindable. */
  void drop(final int slot) {
    slots.removeKey(names[slot]);
    dropped[slot] = true;
  }

  boolean dropped(final int slot) {
    return dropped[slot];
  }

  int uses(final int slot) {
    return uses[slot];
  }

  /** The number of slots ever given; all slots are below it. */
  int slots() {
    return used;
  }

  /** The key that stands for the root of a slot among the keys of tree nodes. */
  static int rootKey(final int slot) {
    return ~slot;
  }
}
