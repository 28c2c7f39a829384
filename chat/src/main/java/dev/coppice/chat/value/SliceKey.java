package dev.coppice.chat.value;

import java.util.ArrayList;
import java.util.List;

/**
 * Holds a slice {@code start:stop:step}.
 *
 * @param start a whole number or none.
 * @param stop a whole number or none.
 * @param step a whole number or none.
 */
public record SliceKey(Object start, Object stop, Object step) {
  /** Cuts a list. */
  List<Object> of(final List<?> items) {
    final int size = items.size();
    final int by = step == None.NONE ? 1 : Arithmetic.index(step);
    if (by == 0) {
      throw new TemplateException("slice step cannot be zero");
    }
    final int lowest = by > 0 ? 0 : -1;
    final int highest = by > 0 ? size : size - 1;
    final int from = start == None.NONE ? (by > 0 ? lowest : highest) : bound(start, size, by);
    final int to = stop == None.NONE ? (by > 0 ? highest : lowest) : bound(stop, size, by);
    final List<Object> part = new ArrayList<>();
    for (long i = from; by > 0 ? i < to : i > to; i += by) {
      part.add(items.get((int) i));
    }
    return part;
  }

  private static int bound(final Object key, final int size, final int by) {
    final long wanted = Arithmetic.index(key);
    final long index = wanted < 0 ? wanted + size : wanted;
    return Math.clamp(index, by > 0 ? 0 : -1, by > 0 ? size : size - 1);
  }
}
