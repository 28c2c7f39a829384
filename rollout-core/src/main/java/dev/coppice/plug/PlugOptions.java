package dev.coppice.plug;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Holds the options of one plug, checked against its declarations, defaults filled in.
 *
 * @thread any; immutable.
 */
public final class PlugOptions {
  /** Holds nothing. */
  public static final PlugOptions NONE = new PlugOptions(Map.of(), Map.of());

  private final Map<String, Object> values;
  private final Map<String, String> texts;

  private PlugOptions(final Map<String, Object> values, final Map<String, String> texts) {
    this.values = values;
    this.texts = texts;
  }

  /**
   * Checks options.
   *
   * @param kind of the plug, as errors say it.
   * @param plug they are for.
   * @param given by name: texts as typed on a command line, or values that have types already; those
   *     left out take their defaults.
   * @return the options with defaults filled in.
   * @throws IllegalArgumentException naming the option and listing the known ones.
   */
  public static PlugOptions of(
      final PlugKind<?> kind, final Plug plug, final Map<String, ?> given) {
    final Map<String, Object> values = new LinkedHashMap<>();
    final Map<String, String> texts = new LinkedHashMap<>();
    for (final PlugOption option : plug.options()) {
      values.put(option.name(), option.defaultValue());
      texts.put(option.name(), option.defaultText());
    }
    for (final Map.Entry<String, ?> entry : new TreeMap<>(given).entrySet()) {
      final PlugOption option = find(kind, plug, entry.getKey());
      values.put(option.name(), checked(kind, plug, option, entry.getValue()));
      texts.put(option.name(), PlugOption.text(entry.getValue()));
    }
    final PlugOptions options = new PlugOptions(values, texts);
    plug.check(options);
    return options;
  }

  private static PlugOption find(final PlugKind<?> kind, final Plug plug, final String name) {
    for (final PlugOption option : plug.options()) {
      if (option.name().equals(name)) {
        return option;
      }
    }
    final String known =
        plug.options().isEmpty()
            ? "it has no options"
            : "known options: "
                + plug.options().stream()
                    .map(PlugOption::describe)
                    .collect(Collectors.joining(", "));
    throw new IllegalArgumentException(
        "unknown option: " + kind.word() + "=" + plug.name() + " option=" + name + "; " + known);
  }

  private static Object checked(
      final PlugKind<?> kind, final Plug plug, final PlugOption option, final Object value) {
    try {
      return value instanceof String text ? option.parsed(text) : option.typed(value);
    } catch (final IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "bad option value: "
              + kind.word()
              + "="
              + plug.name()
              + " "
              + option.name()
              + "="
              + value
              + "; known: "
              + option.describe()
              + (option.choices().isEmpty() ? "; it must be " + e.getMessage() : ""),
          e);
    }
  }

  /**
   * Returns whether an option has any value: one without a default may have none.
   *
   * @param name of the option.
   * @return true if it was set or has a default.
   */
  public boolean has(final String name) {
    return values.get(name) != null;
  }

  /**
   * Returns whether an option has this value.
   *
   * @param name of the option.
   * @param value to compare with.
   * @return true if they are equal.
   */
  public boolean is(final String name, final String value) {
    return text(name).equals(value);
  }

  /**
   * Returns a text.
   *
   * @param name of the option.
   * @return its value.
   */
  public String text(final String name) {
    return value(name, String.class);
  }

  /**
   * Returns a whole number.
   *
   * @param name of the option.
   * @return its value.
   */
  public long whole(final String name) {
    return value(name, Long.class);
  }

  /**
   * Returns a whole number of 32 bits, such as a count.
   *
   * @param name of the option, whose range is within 32 bits.
   * @return its value.
   */
  public int count(final String name) {
    return Math.toIntExact(whole(name));
  }

  /**
   * Returns a number.
   *
   * @param name of the option.
   * @return its value.
   */
  public double number(final String name) {
    return value(name, Double.class);
  }

  /**
   * Returns whether something is so.
   *
   * @param name of the option.
   * @return its value.
   */
  public boolean flag(final String name) {
    return value(name, Boolean.class);
  }

  /**
   * Returns a list of texts.
   *
   * @param name of the option.
   * @return its value.
   */
  public List<String> texts(final String name) {
    final List<?> list = value(name, List.class);
    return list.stream().map(String.class::cast).toList();
  }

  /**
   * Returns a list of whole numbers.
   *
   * @param name of the option.
   * @return its value.
   */
  public long[] wholes(final String name) {
    final List<?> list = value(name, List.class);
    return list.stream().mapToLong(item -> (Long) item).toArray();
  }

  private <T> T value(final String name, final Class<T> type) {
    final Object value = values.get(name);
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException(
          (values.containsKey(name) ? "option without such a value" : "undeclared option")
              + ": option="
              + name
              + " type="
              + type.getSimpleName()
              + " value="
              + value);
    }
    return type.cast(value);
  }

  /**
   * Returns all options as texts, defaults included; {@link #of} reads them back.
   *
   * @return name to value, in order of declaration.
   */
  public Map<String, String> asTexts() {
    return Collections.unmodifiableMap(texts);
  }

  /**
   * Returns all options that have a value, defaults included.
   *
   * @return name to value, in order of declaration.
   */
  public Map<String, Object> asMap() {
    return Collections.unmodifiableMap(values);
  }
}
