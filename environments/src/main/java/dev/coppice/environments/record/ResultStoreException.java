package dev.coppice.environments.record;

/** Says that a store of results cannot be used, and how to fix it. */
public final class ResultStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Keeps what is wrong.
   *
   * @param message that names the file and the fix.
   * @param cause or null.
   */
  public ResultStoreException(final String message, final Throwable cause) {
    super(message, cause);
  }
}
