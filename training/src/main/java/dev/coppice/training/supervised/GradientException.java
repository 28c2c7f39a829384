package dev.coppice.training.supervised;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/** Signals a gradient that is not finite; the weights stay as they were. */
public final class GradientException extends CoppiceException {
  private static final long serialVersionUID = 1L;
  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.BACKEND, "gradient-not-finite");

  GradientException(final double norm, final int update) {
    super(
        CODE,
        "the gradient is not finite: norm="
            + norm
            + " update="
            + update
            + "; the weights stay as they were; lower the learning rate or look at the batch",
        null);
  }
}
