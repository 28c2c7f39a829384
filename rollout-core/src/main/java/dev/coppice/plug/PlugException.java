package dev.coppice.plug;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/** Says that a plug on the class path cannot be used, and which class it is. */
public final class PlugException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.CONFIGURATION, "plug-unusable");

  /**
   * Keeps what is wrong.
   *
   * @param message for a person.
   */
  public PlugException(final String message) {
    super(CODE, message, null);
  }
}
