package dev.coppice.credit.forest;

import java.util.List;

/**
 * Declares one option of an estimator.
 *
 * @param key of the option.
 * @param defaultValue taken where the option is not given.
 * @param choices the values allowed, or empty for a number or a name.
 * @param kind of the value.
 */
public record OptionSpec(String key, String defaultValue, List<String> choices, Kind kind) {
  /** Says what values an option takes. */
  public enum Kind {
    /** One of the choices. */
    CHOICE,
    /** A finite number of at least 0. */
    NUMBER,
    /** Any word. */
    NAME
  }

  /** Keeps the choices from changing. */
  public OptionSpec {
    choices = List.copyOf(choices);
  }

  /**
   * Declares a closed choice.
   *
   * @param key of the option.
   * @param choices allowed, the default first.
   * @return the declaration.
   */
  public static OptionSpec choice(final String key, final String... choices) {
    return new OptionSpec(key, choices[0], List.of(choices), Kind.CHOICE);
  }

  /**
   * Declares a number of at least 0.
   *
   * @param key of the option.
   * @param defaultValue taken where it is not given.
   * @return the declaration.
   */
  public static OptionSpec number(final String key, final String defaultValue) {
    return new OptionSpec(key, defaultValue, List.of(), Kind.NUMBER);
  }

  /**
   * Declares a free name.
   *
   * @param key of the option.
   * @param defaultValue taken where it is not given.
   * @return the declaration.
   */
  public static OptionSpec name(final String key, final String defaultValue) {
    return new OptionSpec(key, defaultValue, List.of(), Kind.NAME);
  }

  /**
   * Says in a few characters what may be given.
   *
   * @return for example {@code std=sample|none (default sample)}.
   */
  public String describe() {
    final String values =
        switch (kind) {
          case CHOICE -> String.join("|", choices);
          case NUMBER -> "NUMBER";
          case NAME -> "NAME";
        };
    return key + "=" + values + " (default " + defaultValue + ")";
  }
}
