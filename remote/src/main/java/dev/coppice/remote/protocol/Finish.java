package dev.coppice.remote.protocol;

/** Says why a server ended an answer. */
public enum Finish {
  /** At a stop token, a stop text or the end of the sequence. */
  STOP,
  /** With as many tokens as were asked for, or at the end of its context. */
  LENGTH,
  /** Because somebody asked it to. */
  ABORT,
  /** In a way that no dialect knows. */
  UNKNOWN;

  static Finish of(final String name) {
    return switch (name) {
      case "stop", "eos", "word" -> STOP;
      case "length", "limit" -> LENGTH;
      case "abort" -> ABORT;
      default -> UNKNOWN;
    };
  }
}
