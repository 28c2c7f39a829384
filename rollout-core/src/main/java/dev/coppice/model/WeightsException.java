package dev.coppice.model;

/** Refuses weights: they cannot be read or are not of this model; the present ones go on. */
public final class WeightsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Keeps what is wrong with the weights.
   *
   * @param message naming the folder, what is wrong and the mend.
   * @param cause of the refusal, or null.
   */
  public WeightsException(final String message, final Throwable cause) {
    super(message, cause);
  }
}
