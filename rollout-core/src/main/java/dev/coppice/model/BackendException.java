package dev.coppice.model;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/** Says that a forward pass as a whole failed; all rows of the batch fail with it. */
public final class BackendException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.BACKEND, "forward-failed");

  /**
   * Keeps what happened.
   *
   * @param message for a person.
   * @param cause of the failure, or null.
   */
  public BackendException(final String message, final Throwable cause) {
    super(CODE, message, cause);
  }
}
