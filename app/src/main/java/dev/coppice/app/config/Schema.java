package dev.coppice.app.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Lists every key of {@link RunConfig} by its dotted name.
 *
 * @thread any; immutable.
 */
final class Schema {
  /** The schema of a run. */
  static final Schema RUN = new Schema(RunConfig.class, RunConfig.DEFAULT);

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final List<String> sections = new ArrayList<>();

  private Schema(final Class<?> type, final Object defaults) {
    collect(type, defaults, "");
  }

  private void collect(final Class<?> type, final Object defaults, final String prefix) {
    for (final RecordComponent component : type.getRecordComponents()) {
      final String name = prefix + kebab(component.getName());
      final Object value = valueOf(component, defaults);
      final Key key = component.getAnnotation(Key.class);
      if (key == null) {
        sections.add(name);
        collect(component.getType(), value, name + ".");
      } else {
        entries.put(name, new Entry(name, ValueType.of(component), key, value));
      }
    }
  }

  /** Returns the keys by dotted name, in the order of the records. */
  Map<String, Entry> entries() {
    return entries;
  }

  /** Returns the dotted names of all sections. */
  List<String> sections() {
    return sections;
  }

  /** Returns the name of a component as it stands in a file. */
  static String kebab(final String camel) {
    final StringBuilder text = new StringBuilder();
    for (final char letter : camel.toCharArray()) {
      if (Character.isUpperCase(letter)) {
        text.append('-');
      }
      text.append(Character.toLowerCase(letter));
    }
    return text.toString().toLowerCase(Locale.ROOT);
  }

  /** Reads a component of a record. */
  static Object valueOf(final RecordComponent component, final Object record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (final ReflectiveOperationException e) {
      throw new IllegalStateException("a record must be readable: " + component, e);
    }
  }

  /** Describes one key. */
  record Entry(String name, ValueType type, Key key, Object defaultValue) {}
}
