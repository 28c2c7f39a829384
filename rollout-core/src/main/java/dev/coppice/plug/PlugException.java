package dev.coppice.plug;

/** Says that a plug on the class path cannot be used, and which class it is. */
public final class PlugException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * Keeps what is wrong.
   *
   * @param message for a person.
   */
  public PlugException(final String message) {
    super(message);
  }
}
