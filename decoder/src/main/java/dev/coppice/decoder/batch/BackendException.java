package dev.coppice.decoder.batch;

/** Says that a forward pass as a whole failed; all rows of the batch fail with it. */
public final class BackendException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Keeps what happened.
   *
   * @param message for a person.
   * @param cause of the failure, or null.
   */
  public BackendException(final String message, final Throwable cause) {
    super(message, cause);
  }
}
