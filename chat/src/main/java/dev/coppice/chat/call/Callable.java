package dev.coppice.chat.call;

/** Is anything a template can call. */
@FunctionalInterface
public interface Callable {
  /**
   * Calls it.
   *
   * @param arguments evaluated.
   * @return its value.
   */
  Object call(Arguments arguments);
}
