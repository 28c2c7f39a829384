package dev.coppice.error;

import java.util.Objects;

/**
 * Says what failed in words a person can act on, and in a code a program can act on.
 *
 * <p>A stranger's exception extends it too, with a code of its own.
 */
public abstract class CoppiceException extends RuntimeException implements Coded {
  private static final long serialVersionUID = 1L;

  private final ErrorCode errorCode;

  /**
   * Keeps what happened.
   *
   * @param errorCode of this kind of failure.
   * @param message that names the thing and the fix.
   * @param cause of the failure, or null.
   */
  protected CoppiceException(
      final ErrorCode errorCode, final String message, final Throwable cause) {
    super(message, cause);
    this.errorCode = Objects.requireNonNull(errorCode, "errorCode is null");
  }

  @Override
  public final ErrorCode errorCode() {
    return errorCode;
  }
}
