package dev.coppice.environments.gsm8k;

/** Says that a text is no arithmetic expression. */
public final class UnreadableArithmeticException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Keeps what was wrong.
   *
   * @param message that says what and where.
   */
  public UnreadableArithmeticException(final String message) {
    super(message);
  }
}
