package dev.coppice.environments.record;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/** Says that a store of results cannot be used, and how to fix it. */
public final class ResultStoreException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE =
      new ErrorCode(ErrorCategory.STORAGE, "result-store-unusable");

  /**
   * Keeps what is wrong.
   *
   * @param message that names the file and the fix.
   * @param cause or null.
   */
  public ResultStoreException(final String message, final Throwable cause) {
    super(CODE, message, cause);
  }
}
