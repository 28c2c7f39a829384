package dev.coppice.plug;

import java.util.List;

/**
 * Holds name, help and options of a plug that knows them when it is made.
 *
 * @thread any; immutable.
 */
public abstract class NamedPlug implements Plug {
  private final String name;
  private final String help;
  private final List<PlugOption> options;

  /**
   * Keeps them.
   *
   * @param name used in configurations.
   * @param help one line for a person.
   * @param options that can be set.
   */
  protected NamedPlug(final String name, final String help, final PlugOption... options) {
    this.name = name;
    this.help = help;
    this.options = List.of(options);
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String help() {
    return help;
  }

  @Override
  public final List<PlugOption> options() {
    return options;
  }
}
