package dev.coppice.plug;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Declares one option: its type, which values fit, what it is where nobody sets it.
 *
 * <p>Values are of the type {@link Type} says: {@code Long}, {@code Double}, {@code Boolean}, {@code
 * String}, or a list of texts or of {@code Long}s.
 *
 * @param name of the option, as configurations have it.
 * @param type of its values.
 * @param defaultValue taken where the option is not set; null where it then has no value.
 * @param range of its number, or of each number of a list.
 * @param choices the texts that fit; empty where any does.
 * @param help one line for a person, with the unit.
 */
public record PlugOption(
    String name, Type type, Object defaultValue, Range range, List<String> choices, String help) {

  /** Says what values an option takes. */
  public enum Type {
    /** A whole number. */
    WHOLE("a whole number"),
    /** A number. */
    NUMBER("a number"),
    /** True or false. */
    FLAG("true or false"),
    /** One of the choices, or any text where there are none. */
    TEXT("a text"),
    /** A text that is not blank. */
    NAME("a name"),
    /** A list of texts, each one of the choices where there are some. */
    TEXTS("a list of texts"),
    /** A list of whole numbers. */
    WHOLES("a list of whole numbers");

    private final String words;

    Type(final String words) {
      this.words = words;
    }

    /**
     * Returns what to call a value of this type.
     *
     * @return a few words for a person.
     */
    public String words() {
      return words;
    }

    /**
     * Tells whether a value holds several.
     *
     * @return true for lists.
     */
    public boolean isList() {
      return this == TEXTS || this == WHOLES;
    }
  }

  /**
   * Bounds a number.
   *
   * @param min the least that fits.
   * @param max the largest that fits; positive infinity where there is no bound.
   */
  public record Range(double min, double max) {
    /** Takes any number. */
    public static final Range ANY = new Range(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

    /** Takes 0 and everything above. */
    public static final Range NOT_NEGATIVE = new Range(0, Double.POSITIVE_INFINITY);

    boolean holds(final double value) {
      return value >= min && value <= max && !Double.isInfinite(value);
    }

    /**
     * Says what fits.
     *
     * @return for example {@code between 1 and 64}; empty where any number does.
     */
    public String words() {
      if (max == Double.POSITIVE_INFINITY) {
        return min == Double.NEGATIVE_INFINITY ? "" : "at least " + text(min);
      }
      if (min == Double.NEGATIVE_INFINITY) {
        return "at most " + text(max);
      }
      return "between " + text(min) + " and " + text(max);
    }

    private static String text(final double value) {
      return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
  }

  /** Checks the declaration itself. */
  public PlugOption {
    Objects.requireNonNull(type, "type is null");
    Objects.requireNonNull(range, "range is null");
    choices = List.copyOf(choices);
    if (!name.matches("[a-z][a-z0-9]*([-_.][a-z0-9]+)*")) {
      throw new IllegalArgumentException(
          "an option's name has small letters and digits, separated by - _ or .: option=" + name);
    }
    if (help.isBlank()) {
      throw new IllegalArgumentException("an option needs a line of help: option=" + name);
    }
    if (defaultValue != null) {
      defaultValue = fitted(defaultValue, type, range, choices);
    }
  }

  /**
   * Declares a whole number.
   *
   * @param name of the option.
   * @param defaultValue where it is not set.
   * @param range that fits.
   * @param help one line for a person, with the unit.
   * @return the declaration.
   */
  public static PlugOption whole(
      final String name, final long defaultValue, final Range range, final String help) {
    return new PlugOption(name, Type.WHOLE, defaultValue, range, List.of(), help);
  }

  /**
   * Declares a number.
   *
   * @param name of the option.
   * @param defaultValue where it is not set.
   * @param range that fits.
   * @param help one line for a person, with the unit.
   * @return the declaration.
   */
  public static PlugOption number(
      final String name, final Number defaultValue, final Range range, final String help) {
    return new PlugOption(name, Type.NUMBER, defaultValue, range, List.of(), help);
  }

  /**
   * Declares something that is so or not.
   *
   * @param name of the option.
   * @param defaultValue where it is not set.
   * @param help one line for a person.
   * @return the declaration.
   */
  public static PlugOption flag(final String name, final boolean defaultValue, final String help) {
    return new PlugOption(name, Type.FLAG, defaultValue, Range.ANY, List.of(), help);
  }

  /**
   * Declares a closed choice.
   *
   * @param name of the option.
   * @param help one line for a person.
   * @param choices that fit, the default first.
   * @return the declaration.
   */
  public static PlugOption choice(final String name, final String help, final String... choices) {
    return new PlugOption(name, Type.TEXT, choices[0], Range.ANY, List.of(choices), help);
  }

  /**
   * Declares a text.
   *
   * @param name of the option.
   * @param type {@code TEXT}, or {@code NAME} for one that must not be blank.
   * @param defaultValue where it is not set.
   * @param help one line for a person.
   * @return the declaration.
   */
  public static PlugOption text(
      final String name, final Type type, final String defaultValue, final String help) {
    return new PlugOption(name, type, defaultValue, Range.ANY, List.of(), help);
  }

  /**
   * Declares a list of texts.
   *
   * @param name of the option.
   * @param defaultValue where it is not set.
   * @param help one line for a person.
   * @return the declaration.
   */
  public static PlugOption texts(
      final String name, final List<String> defaultValue, final String help) {
    return new PlugOption(name, Type.TEXTS, defaultValue, Range.ANY, List.of(), help);
  }

  /**
   * Declares a list of whole numbers.
   *
   * @param name of the option.
   * @param defaultValue where it is not set.
   * @param range that each of them keeps.
   * @param help one line for a person, with the unit.
   * @return the declaration.
   */
  public static PlugOption wholes(
      final String name, final List<Long> defaultValue, final Range range, final String help) {
    return new PlugOption(name, Type.WHOLES, defaultValue, range, List.of(), help);
  }

  /**
   * Takes a value that has a type already, such as one of a TOML file.
   *
   * @param value a whole number, a number, a boolean, a text or a list of such.
   * @return the value as the type has it.
   * @throws IllegalArgumentException whose message says what would fit, to be read after "must be".
   */
  public Object typed(final Object value) {
    return fitted(value, type, range, choices);
  }

  /**
   * Takes a value as typed on a command line.
   *
   * @param text of the value; the items of a list are separated by commas.
   * @return the value as the type has it.
   * @throws IllegalArgumentException whose message says what would fit, to be read after "must be".
   */
  public Object parsed(final String text) {
    return typed(literal(text));
  }

  private Object literal(final String text) {
    try {
      return switch (type) {
        case WHOLE -> Long.valueOf(text.strip());
        case NUMBER -> Double.valueOf(text.strip());
        case FLAG -> text.equals("true") ? Boolean.TRUE : text.equals("false") ? false : text;
        case TEXT, NAME -> text;
        case TEXTS -> items(text);
        case WHOLES -> items(text).stream().map(Long::valueOf).toList();
      };
    } catch (final NumberFormatException e) {
      return text; // Of the wrong type, which the check will say.
    }
  }

  private static List<String> items(final String text) {
    return text.isBlank() ? List.of() : List.of(text.strip().split("\\s*,\\s*", -1));
  }

  private static Object fitted(
      final Object value, final Type type, final Range range, final List<String> choices) {
    return switch (type) {
      case WHOLE -> whole(value, type, range);
      case NUMBER -> number(value, type, range);
      case FLAG -> value instanceof Boolean flag ? flag : wrong(type.words());
      case TEXT, NAME -> chosen(flagAsText(value, choices), type, choices);
      case TEXTS -> each(value, type, item -> chosen(item, Type.TEXT, choices));
      case WHOLES -> each(value, type, item -> whole(item, Type.WHOLE, range));
    };
  }

  /** A choice may be between true, false and more: then a flag is a choice too. */
  private static Object flagAsText(final Object value, final List<String> choices) {
    return value instanceof Boolean && choices.contains(value.toString())
        ? value.toString()
        : value;
  }

  private static Object whole(final Object value, final Type type, final Range range) {
    final Object number = value instanceof Integer small ? (Object) small.longValue() : value;
    if (!(number instanceof Long)) {
      return wrong(type.words());
    }
    return range.holds((Long) number) ? number : wrong(range.words());
  }

  private static Object number(final Object value, final Type type, final Range range) {
    if (!(value instanceof Number number)) {
      return wrong(type.words());
    }
    return range.holds(number.doubleValue())
        ? (Object) number.doubleValue()
        : wrong(range.words().isEmpty() ? type.words() : range.words());
  }

  private static Object chosen(final Object value, final Type type, final List<String> choices) {
    if (!(value instanceof String text) || type == Type.NAME && text.isBlank()) {
      return wrong(type.words());
    }
    return choices.isEmpty() || choices.contains(text)
        ? text
        : wrong("one of " + String.join(", ", choices));
  }

  private static Object each(
      final Object value, final Type type, final java.util.function.UnaryOperator<Object> item) {
    if (!(value instanceof List<?> list)) {
      return wrong(type.words());
    }
    final List<Object> items = new ArrayList<>();
    list.forEach(one -> items.add(item.apply(one)));
    return List.copyOf(items);
  }

  private static Object wrong(final String fitting) {
    throw new IllegalArgumentException(fitting);
  }

  /**
   * Says in a few characters what may be given.
   *
   * @return for example {@code std=sample|none (default sample)}.
   */
  public String describe() {
    final String values = choices.isEmpty() ? type.name() : String.join("|", choices);
    final String otherwise = defaultValue == null ? "unset" : "default " + defaultText();
    return name + "=" + values + " (" + otherwise + ")";
  }

  /**
   * Writes the default as a command line takes it.
   *
   * @return a text; empty where there is none.
   */
  public String defaultText() {
    return defaultValue == null ? "" : text(defaultValue);
  }

  /** Writes a value as a command line takes it. */
  static String text(final Object value) {
    return value instanceof List<?> list
        ? String.join(",", list.stream().map(String::valueOf).toList())
        : String.valueOf(value);
  }
}
