package dev.coppice.chat.value;

/** Says that a template is not valid, refused its input, or went beyond a limit. */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Names the defect.
   *
   * @param message for a person.
   */
  public TemplateException(final String message) {
    super(message);
  }
}
