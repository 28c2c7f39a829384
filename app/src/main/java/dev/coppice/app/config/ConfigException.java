package dev.coppice.app.config;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/** Says what is wrong with a configuration, where it stands and how to mend it. */
public final class ConfigException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE =
      new ErrorCode(ErrorCategory.CONFIGURATION, "configuration-wrong");

  /**
   * Keeps what is wrong.
   *
   * @param message for a person, with file and line where there is one.
   */
  public ConfigException(final String message) {
    super(CODE, message, null);
  }
}
