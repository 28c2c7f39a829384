package dev.coppice.credit.forest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Holds the options of one estimator, checked against its declarations, defaults filled in.
 *
 * @thread any; immutable.
 */
public final class Options {
  private final Map<String, String> values;

  private Options(final Map<String, String> values) {
    this.values = values;
  }

  /**
   * Checks options.
   *
   * @param estimator they are for.
   * @param given by the user.
   * @param specs the declarations.
   * @return the options with defaults filled in.
   * @throws IllegalArgumentException naming the option and listing the known ones.
   */
  public static Options of(
      final String estimator, final Map<String, String> given, final List<OptionSpec> specs) {
    final Map<String, String> values = new LinkedHashMap<>();
    for (final OptionSpec spec : specs) {
      values.put(spec.key(), spec.defaultValue());
    }
    for (final Map.Entry<String, String> entry : new TreeMap<>(given).entrySet()) {
      final OptionSpec spec = find(estimator, entry.getKey(), specs);
      values.put(spec.key(), checked(estimator, spec, entry.getValue()));
    }
    return new Options(values);
  }

  private static OptionSpec find(
      final String estimator, final String key, final List<OptionSpec> specs) {
    for (final OptionSpec spec : specs) {
      if (spec.key().equals(key)) {
        return spec;
      }
    }
    throw new IllegalArgumentException(
        "unknown option: estimator=" + estimator + " option=" + key + "; " + known(specs));
  }

  private static String checked(final String estimator, final OptionSpec spec, final String value) {
    final boolean good =
        switch (spec.kind()) {
          case CHOICE -> spec.choices().contains(value);
          case NUMBER -> isNumber(value);
          case NAME -> value != null && !value.isBlank();
        };
    if (!good) {
      throw new IllegalArgumentException(
          "bad option value: estimator="
              + estimator
              + " "
              + spec.key()
              + "="
              + value
              + "; known: "
              + spec.describe());
    }
    return value;
  }

  private static boolean isNumber(final String value) {
    try {
      final double number = Double.parseDouble(value);
      return number >= 0 && number < Double.POSITIVE_INFINITY;
    } catch (final NumberFormatException | NullPointerException e) {
      return false;
    }
  }

  private static String known(final List<OptionSpec> specs) {
    if (specs.isEmpty()) {
      return "it has no options";
    }
    return "known options: "
        + specs.stream().map(OptionSpec::describe).collect(Collectors.joining(", "));
  }

  /**
   * Returns whether an option has a value.
   *
   * @param key of the option.
   * @param value to compare with.
   * @return true if they are equal.
   */
  public boolean is(final String key, final String value) {
    return text(key).equals(value);
  }

  /**
   * Returns an option as text.
   *
   * @param key of the option.
   * @return its value.
   * @throws IllegalArgumentException if the estimator does not declare it.
   */
  public String text(final String key) {
    final String value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException("undeclared option: option=" + key);
    }
    return value;
  }

  /**
   * Returns an option as a number.
   *
   * @param key of the option.
   * @return its value.
   */
  public double number(final String key) {
    return Double.parseDouble(text(key));
  }

  /**
   * Returns all options, defaults included.
   *
   * @return key to value, in order of declaration.
   */
  public Map<String, String> asMap() {
    return java.util.Collections.unmodifiableMap(values);
  }
}
