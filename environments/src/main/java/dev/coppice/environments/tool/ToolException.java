package dev.coppice.environments.tool;

import dev.coppice.error.Coded;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/**
 * Says that the policy called a tool in a way that is not allowed; the policy is shown the message.
 *
 * <p>It has no stack trace: it is an answer, not a defect.
 */
public final class ToolException extends Exception implements Coded {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.WORLD, "tool-call-refused");

  /**
   * Keeps what the policy is shown.
   *
   * @param message that says what is wrong, and how it would be right.
   */
  public ToolException(final String message) {
    super(message, null, false, false);
  }

  @Override
  public ErrorCode errorCode() {
    return CODE;
  }
}
