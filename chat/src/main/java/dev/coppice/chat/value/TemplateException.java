package dev.coppice.chat.value;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/** Says that a template is not valid, refused its input, or went beyond a limit. */
public final class TemplateException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.MODEL, "chat-template-wrong");

  /**
   * Names the defect.
   *
   * @param message for a person.
   */
  public TemplateException(final String message) {
    super(CODE, message, null);
  }
}
