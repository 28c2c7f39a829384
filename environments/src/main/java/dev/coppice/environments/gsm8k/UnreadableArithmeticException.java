package dev.coppice.environments.gsm8k;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/** Says that a text is no arithmetic expression. */
public final class UnreadableArithmeticException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.WORLD, "arithmetic-unreadable");

  /**
   * Keeps what was wrong.
   *
   * @param message that says what and where.
   */
  public UnreadableArithmeticException(final String message) {
    super(CODE, message, null);
  }
}
