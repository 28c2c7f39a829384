package dev.coppice.episode;

/** Says that a tool answered with something that is no observation, such as malformed JSON. */
public final class InvalidToolResultException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Keeps what was wrong.
   *
   * @param message for a person.
   */
  public InvalidToolResultException(final String message) {
    super(message);
  }
}
