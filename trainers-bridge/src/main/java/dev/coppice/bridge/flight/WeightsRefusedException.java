package dev.coppice.bridge.flight;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/** Says why weights were refused; the old ones stay in use. */
public final class WeightsRefusedException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode REFUSED = new ErrorCode(ErrorCategory.TRAINER, "weights-refused");

  private static final ErrorCode MISSING = new ErrorCode(ErrorCategory.TRAINER, "weights-missing");

  /** Whether something is not there, rather than wrong. */
  private final boolean missing;

  /**
   * Makes the exception.
   *
   * @param message that names the thing and the fix.
   * @param missing whether something is not there, rather than wrong.
   */
  public WeightsRefusedException(final String message, final boolean missing) {
    super(missing ? MISSING : REFUSED, message, null);
    this.missing = missing;
  }

  /**
   * Returns whether something is not there.
   *
   * @return true for a missing folder or file.
   */
  public boolean isMissing() {
    return missing;
  }
}
