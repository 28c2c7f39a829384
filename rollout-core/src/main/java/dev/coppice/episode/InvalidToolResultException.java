package dev.coppice.episode;

import dev.coppice.error.Coded;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/** Says that a tool answered with something that is no observation, such as malformed JSON. */
public final class InvalidToolResultException extends Exception implements Coded {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.WORLD, "tool-result-invalid");

  /**
   * Keeps what was wrong.
   *
   * @param message for a person.
   */
  public InvalidToolResultException(final String message) {
    super(message);
  }

  @Override
  public ErrorCode errorCode() {
    return CODE;
  }
}
