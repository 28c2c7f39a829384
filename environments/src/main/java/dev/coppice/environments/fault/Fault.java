package dev.coppice.environments.fault;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Lists the ways in which a tool breaks; a configuration names them in lower case. */
public enum Fault {
  /** The tool works. */
  NONE,
  /** The tool throws. */
  ERROR,
  /** The tool does not answer until its thread is interrupted. */
  TIMEOUT,
  /** The tool answers with 10 MB. */
  OVERSIZE,
  /** The tool answers with null. */
  SILENCE,
  /** The tool answers with arguments that are not JSON and with half a surrogate pair. */
  MALFORMED;

  /**
   * Finds a fault by its name in a configuration.
   *
   * @param name such as {@code timeout}.
   * @return the fault, or empty where none has this name.
   */
  public static Optional<Fault> named(final String name) {
    return Arrays.stream(values())
        .filter(fault -> fault != NONE && fault.configName().equals(name))
        .findFirst();
  }

  /**
   * Lists the names a configuration may give.
   *
   * @return the names in alphabetical order.
   */
  public static List<String> names() {
    return Arrays.stream(values())
        .filter(fault -> fault != NONE)
        .map(Fault::configName)
        .sorted()
        .toList();
  }

  private String configName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
