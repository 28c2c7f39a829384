package dev.coppice.app.config;

/** Says what is wrong with a configuration, where it stands and how to mend it. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Keeps what is wrong.
   *
   * @param message for a person, with file and line where there is one.
   */
  public ConfigException(final String message) {
    super(message);
  }
}
