package dev.coppice.chat.value;

import java.util.List;

/**
 * Holds a Python tuple.
 *
 * @param items in order.
 */
public record Tuple(List<Object> items) {
  /** Keeps the items as they are. */
  public Tuple {
    items = List.copyOf(items);
  }

  /**
   * Makes a tuple.
   *
   * @param items in order.
   * @return the tuple.
   */
  public static Tuple of(final Object... items) {
    return new Tuple(List.of(items));
  }
}
