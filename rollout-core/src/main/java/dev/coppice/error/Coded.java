package dev.coppice.error;

/**
 * Carries an error code; every exception of Coppice is one.
 *
 * <p>It is an interface because some failures are checked and others are not: those that are a
 * {@link RuntimeException} extend {@link CoppiceException}.
 */
public interface Coded {
  /**
   * Returns what kind of failure it is.
   *
   * @return the code, with its category.
   */
  ErrorCode errorCode();
}
