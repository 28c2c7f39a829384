package dev.coppice.chat.jinja;

import dev.coppice.chat.value.Undefined;
import java.util.HashMap;
import java.util.Map;

/**
 * Holds the variables of one block; what is not here is looked for outside.
 *
 * @thread one at a time.
 */
final class Scope {
  private final Scope outside;
  private final Map<String, Object> values;

  Scope(final Scope outside) {
    this.outside = outside;
    values = new HashMap<>();
  }

  Scope(final Map<String, Object> values) {
    outside = null;
    this.values = values;
  }

  Object get(final String name) {
    for (Scope scope = this; scope != null; scope = scope.outside) {
      final Object value = scope.values.get(name);
      if (value != null) {
        return value;
      }
    }
    return Undefined.name(name);
  }

  void set(final String name, final Object value) {
    values.put(name, value);
  }
}
