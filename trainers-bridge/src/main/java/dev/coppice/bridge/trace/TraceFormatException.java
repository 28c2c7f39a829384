package dev.coppice.bridge.trace;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/** Says which line of a trace file is wrong, and what is wrong with it. */
public final class TraceFormatException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.STORAGE, "trace-damaged");

  /** The number of the line, from 1. */
  private final long line;

  TraceFormatException(final String source, final long line, final String fault) {
    super(CODE, source + " line " + line + ": " + fault, null);
    this.line = line;
  }

  TraceFormatException(final String source, final long line, final RuntimeException cause) {
    super(CODE, source + " line " + line + ": " + cause.getMessage(), cause);
    this.line = line;
  }

  /**
   * Returns the number of the line.
   *
   * @return the number of the line, from 1.
   */
  public long line() {
    return line;
  }
}
