package dev.coppice.chat.call;

/** Is a value of ours with attributes a template may read. */
public interface Attributed {
  /**
   * Reads an attribute.
   *
   * @param name of it.
   * @return its value, or an undefined one.
   */
  Object attribute(String name);
}
