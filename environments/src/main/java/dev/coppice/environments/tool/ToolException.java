package dev.coppice.environments.tool;

/**
 * Says that the policy called a tool in a way that is not allowed; the policy is shown the message.
 *
 * <p>It has no stack trace: it is an answer, not a defect.
 */
public final class ToolException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Keeps what the policy is shown.
   *
   * @param message that says what is wrong, and how it would be right.
   */
  public ToolException(final String message) {
    super(message, null, false, false);
  }
}
