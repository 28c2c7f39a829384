package dev.coppice.remote.work;

/**
 * Says what became of a request.
 *
 * @param kind of the end.
 * @param message of the server, or what was seen.
 */
record Verdict(Kind kind, String message) {
  /** What can become of a request. */
  enum Kind {
    /** The answer is whole. */
    DONE,
    /** The server was lost on the way; what came is good. */
    CUT,
    /** The server did not begin: it is full, or loading. */
    BUSY,
    /** Nobody listens there. */
    ABSENT,
    /** The request is wrong, so asking again would not help. */
    REFUSED,
    /** The server ran out of room for keys and values. */
    FULL
  }

  static final Verdict WHOLE = new Verdict(Kind.DONE, "");
}
