package dev.coppice.environments.toolworld;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.tool.SideEffect;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Describes a tool to the model and to whoever records its results.
 *
 * @param name of the tool, unique in its world.
 * @param description for the model.
 * @param effect of the tool on the world; only WRITE ever forces a copy of it.
 * @param version of what the tool computes; part of the key of recorded results.
 * @param parameters the JSON schema of the arguments, an object; where it has {@code properties} and
 *     is silent on others, others are refused, as {@link
 *     dev.coppice.environments.schema.ToolSchema} says.
 * @param result the JSON schema of the answer, or an empty map where the answer is any text.
 */
public record ToolSpec(
    String name,
    String description,
    SideEffect effect,
    String version,
    Map<String, Object> parameters,
    Map<String, Object> result) {
  private static final List<String> FIRST = List.of("type", "description", "properties");
  private static final Comparator<String> ORDER =
      Comparator.comparingInt(ToolSpec::rank).thenComparing(Comparator.naturalOrder());

  private static int rank(final String key) {
    return FIRST.contains(key) ? FIRST.indexOf(key) : FIRST.size();
  }

  /** Checks that nothing is missing. */
  public ToolSpec {
    Objects.requireNonNull(name, "name is null");
    Objects.requireNonNull(description, "description is null");
    Objects.requireNonNull(effect, "effect is null");
    Objects.requireNonNull(version, "version is null");
    parameters = ordered(parameters);
    result = Map.copyOf(result);
  }

  /**
   * Writes down what a result depends on: tool, version, canonical JSON arguments, state digest.
   *
   * @param arguments as canonical JSON.
   * @param digest of the state before the call.
   * @return the key of the result, canonical JSON itself.
   */
  public String resultKey(final String arguments, final String digest) {
    return CanonicalJson.write(List.of(name, version, arguments, digest));
  }

  /**
   * Writes the schema as prompts and chat templates show it, its keys in their order.
   *
   * @return {@code {"type":"function","function":{"name":...,"description":...,"parameters":...}}}.
   */
  public Map<String, Object> schema() {
    final Map<String, Object> function = new LinkedHashMap<>();
    function.put("name", name);
    function.put("description", description);
    function.put("parameters", parameters);
    final Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "function");
    schema.put("function", function);
    return schema;
  }

  /**
   * Keeps the order of keys where there is one, as a server's has; else one order for all processes.
   */
  private static Map<String, Object> ordered(final Map<?, ?> map) {
    final boolean hasOrder = map instanceof SequencedMap<?, ?>;
    final Map<String, Object> copy = hasOrder ? new LinkedHashMap<>() : new TreeMap<>(ORDER);
    map.forEach((key, item) -> copy.put(String.valueOf(key), ordered(item)));
    return Collections.unmodifiableSequencedMap(new LinkedHashMap<>(copy));
  }

  private static Object ordered(final Object value) {
    if (value instanceof Map<?, ?> map) {
      return ordered(map);
    }
    if (value instanceof List<?> list) {
      final List<Object> items = new ArrayList<>();
      list.forEach(item -> items.add(ordered(item)));
      return items;
    }
    return value;
  }
}
