package dev.coppice.chat.value;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Is a template's {@code namespace}: the only thing that can be assigned to from an inner scope.
 *
 * @thread one at a time.
 */
public final class Namespace {
  private final Map<String, Object> values = new LinkedHashMap<>();

  /** Makes an empty one. */
  public Namespace() {}

  /**
   * Sets an attribute.
   *
   * @param name without a leading underscore.
   * @param value to keep.
   */
  public void set(final String name, final Object value) {
    if (name.startsWith("_")) {
      throw new TemplateException("a namespace takes no name with an underscore first: " + name);
    }
    values.put(name, value);
  }

  /**
   * Reads an attribute.
   *
   * @param name of it.
   * @return its value, or an undefined one.
   */
  public Object get(final String name) {
    final Object value = values.get(name);
    return value == null ? new Undefined("namespace has no attribute '" + name + "'") : value;
  }

  /** Returns the attributes. */
  Map<String, Object> values() {
    return values;
  }
}
