package dev.coppice.model;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/** Refuses weights: they cannot be read or are not of this model; the present ones go on. */
public final class WeightsException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.TRAINER, "weights-unusable");

  /**
   * Keeps what is wrong with the weights.
   *
   * @param message naming the folder, what is wrong and the mend.
   * @param cause of the refusal, or null.
   */
  public WeightsException(final String message, final Throwable cause) {
    super(CODE, message, cause);
  }
}
