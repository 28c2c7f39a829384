package dev.coppice.environments.retail;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;

/**
 * Changes a map without copying it: the changed entries lie, in order of their keys, over a base
 * that all changed maps share.
 *
 * <p>An entry that is changed back to what it was leaves the overlay, so equal maps over one base
 * have equal overlays.
 *
 * @param <V> the type of the values, which are immutable.
 * @cost a change copies 8 bytes per changed entry; a look-up is a binary search and a hash look-up.
 * @thread immutable, any thread
 */
final class OverlayMap<V> {
  private static final String[] NO_KEYS = {};
  private static final Object[] NO_VALUES = {};

  private final Map<String, V> base;
  private final String[] keys;
  private final Object[] values;

  OverlayMap(final Map<String, V> base) {
    this(base, NO_KEYS, NO_VALUES);
  }

  private OverlayMap(final Map<String, V> base, final String[] keys, final Object[] values) {
    this.base = base;
    this.keys = keys;
    this.values = values;
  }

  /** Returns a value, or null if the base has no such key. */
  V get(final String key) {
    final int index = Arrays.binarySearch(keys, key);
    return index < 0 ? base.get(key) : value(index);
  }

  @SuppressWarnings("unchecked")
  private V value(final int index) {
    return (V) values[index];
  }

  /** Changes a value of the base. */
  OverlayMap<V> with(final String key, final V value) {
    if (!base.containsKey(key)) {
      throw new IllegalArgumentException("the base has no such key: key=" + key);
    }
    final int index = Arrays.binarySearch(keys, key);
    if (value.equals(base.get(key))) {
      return index < 0 ? this : without(index);
    }
    if (index >= 0) {
      final Object[] changed = values.clone();
      changed[index] = value;
      return new OverlayMap<>(base, keys, changed);
    }
    return inserted(-index - 1, key, value);
  }

  private OverlayMap<V> inserted(final int at, final String key, final V value) {
    final String[] moreKeys = Arrays.copyOf(keys, keys.length + 1);
    final Object[] moreValues = Arrays.copyOf(values, keys.length + 1);
    System.arraycopy(keys, at, moreKeys, at + 1, keys.length - at);
    System.arraycopy(values, at, moreValues, at + 1, keys.length - at);
    moreKeys[at] = key;
    moreValues[at] = value;
    return new OverlayMap<>(base, moreKeys, moreValues);
  }

  private OverlayMap<V> without(final int at) {
    final String[] fewerKeys = Arrays.copyOf(keys, keys.length - 1);
    final Object[] fewerValues = Arrays.copyOf(values, keys.length - 1);
    System.arraycopy(keys, at + 1, fewerKeys, at, fewerKeys.length - at);
    System.arraycopy(values, at + 1, fewerValues, at, fewerKeys.length - at);
    return new OverlayMap<>(base, fewerKeys, fewerValues);
  }

  /** Visits the changed entries in order of their keys. */
  void forEachChanged(final BiConsumer<String, V> visitor) {
    for (int i = 0; i < keys.length; i++) {
      visitor.accept(keys[i], value(i));
    }
  }

  /** Returns the keys of the base, which are those of every map over it. */
  Iterable<String> keys() {
    return base.keySet();
  }

  @Override
  public boolean equals(final Object other) {
    return other instanceof OverlayMap<?> map
        && base == map.base
        && Arrays.equals(keys, map.keys)
        && Arrays.equals(values, map.values);
  }

  @Override
  public int hashCode() {
    return Objects.hash(Arrays.hashCode(keys), Arrays.hashCode(values));
  }
}
