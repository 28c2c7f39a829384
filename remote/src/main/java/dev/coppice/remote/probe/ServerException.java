package dev.coppice.remote.probe;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/** Says that a server cannot be used: it does not answer, or lacks what a run needs. */
public final class ServerException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode UNREACHABLE =
      new ErrorCode(ErrorCategory.BACKEND, "server-unreachable");
  private static final ErrorCode LACKING =
      new ErrorCode(ErrorCategory.CONFIGURATION, "server-lacking");

  private ServerException(final ErrorCode code, final String message, final Throwable cause) {
    super(code, message, cause);
  }

  /**
   * Says that a server does not answer.
   *
   * @param message naming the address and what was seen.
   * @param cause of it, or null.
   * @return the exception.
   */
  public static ServerException unreachable(final String message, final Throwable cause) {
    return new ServerException(UNREACHABLE, message, cause);
  }

  /**
   * Says that a server lacks what a run needs.
   *
   * @param message naming the address, the lack and what mends it.
   * @return the exception.
   */
  public static ServerException lacking(final String message) {
    return new ServerException(LACKING, message, null);
  }
}
