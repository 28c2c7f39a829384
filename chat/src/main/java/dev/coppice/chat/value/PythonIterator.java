package dev.coppice.chat.value;

import java.util.Iterator;

/**
 * Is a Python iterator: it can be walked once, is always true and has no length.
 *
 * @thread one at a time.
 */
public final class PythonIterator implements Iterable<Object> {
  private final Iterator<Object> items;

  /**
   * Wraps items.
   *
   * @param items not walked yet.
   */
  public PythonIterator(final Iterable<Object> items) {
    this.items = items.iterator();
  }

  /** Returns what is left. */
  @Override
  public Iterator<Object> iterator() {
    return items;
  }
}
