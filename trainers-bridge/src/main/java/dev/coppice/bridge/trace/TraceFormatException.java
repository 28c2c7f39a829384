package dev.coppice.bridge.trace;

/** Says which line of a trace file is wrong, and what is wrong with it. */
public final class TraceFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The number of the line, from 1. */
  private final long line;

  TraceFormatException(final String source, final long line, final String fault) {
    super(source + " line " + line + ": " + fault);
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
