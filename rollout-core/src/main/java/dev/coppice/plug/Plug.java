package dev.coppice.plug;

import java.util.List;

/**
 * Offers something by name: a branching policy, an estimator, an environment, an engine, a metric.
 *
 * <p>What it makes is said by the interface of its kind. A class that implements one of them, has a
 * public constructor without parameters and is named in {@code META-INF/services/} under the name of
 * that interface is found wherever it is on the class path.
 *
 * @thread any; implementations are stateless, and made anew whenever somebody looks.
 */
public interface Plug {
  /**
   * Returns the name used in configurations.
   *
   * @return lower-case letters, digits and hyphens; no other plug of the kind has it.
   */
  String name();

  /**
   * Says what it is.
   *
   * @return one line for a person.
   */
  String help();

  /**
   * Declares what can be set.
   *
   * @return the options, in the order they are listed.
   */
  default List<PlugOption> options() {
    return List.of();
  }

  /**
   * Checks what no single option can check.
   *
   * @param options of this plug, each of the type and in the range it declares.
   * @throws IllegalArgumentException if they do not fit; the message begins with an option's name.
   */
  default void check(final PlugOptions options) {}
}
