package dev.coppice.environments.conversation;

import dev.coppice.environments.toolworld.ToolSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes tools as chat templates expect them: {@code {"type":"function","function":{...}}}.
 *
 * <p>A template writes keys in the order they come, so the order is fixed: the same world gives the
 * same prompt in every process.
 */
final class ToolSchemas {
  private static final List<String> FIRST = List.of("type", "description", "properties");
  private static final Comparator<String> ORDER =
      Comparator.comparingInt(ToolSchemas::rank).thenComparing(Comparator.naturalOrder());

  private ToolSchemas() {}

  static List<Map<String, Object>> of(final Collection<ToolSpec> tools) {
    final List<Map<String, Object>> schemas = new ArrayList<>();
    for (final ToolSpec tool : tools) {
      final Map<String, Object> function = new LinkedHashMap<>();
      function.put("name", tool.name());
      function.put("description", tool.description());
      function.put("parameters", ordered(tool.parameters()));
      final Map<String, Object> schema = new LinkedHashMap<>();
      schema.put("type", "function");
      schema.put("function", function);
      schemas.add(schema);
    }
    return schemas;
  }

  private static Object ordered(final Object value) {
    if (value instanceof Map<?, ?> map) {
      final Map<String, Object> sorted = new TreeMap<>(ORDER);
      map.forEach((key, item) -> sorted.put(String.valueOf(key), ordered(item)));
      return sorted;
    }
    if (value instanceof List<?> list) {
      final List<Object> items = new ArrayList<>();
      list.forEach(item -> items.add(ordered(item)));
      return items;
    }
    return value;
  }

  private static int rank(final String key) {
    final int at = FIRST.indexOf(key);
    return at < 0 ? FIRST.size() : at;
  }
}
