package dev.coppice.bridge.flight;

/** Says why weights were refused; the old ones stay in use. */
public final class WeightsRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Whether something is not there, rather than wrong. */
  private final boolean missing;

  /**
   * Makes the exception.
   *
   * @param message that names the thing and the fix.
   * @param missing whether something is not there, rather than wrong.
   */
  public WeightsRefusedException(final String message, final boolean missing) {
    super(message);
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
