package dev.coppice.bench.decode;

/** Names the figures of a result; the JSON uses the same names. */
public enum BenchFigure {
  /** Tokens of the prefix computed per second. */
  PREFILL_TPS,

  /** New tokens of all branches per second. */
  DECODE_TPS,

  /** The same where every branch has its own copy of the prefix. */
  UNSHARED_DECODE_TPS,

  /** The same in the plain layout of as many tokens per branch. */
  PLAIN_DECODE_TPS,

  /** The same beside one foreign busy thread. */
  CONTENDED_DECODE_TPS,

  /** Seconds of prefill and decoding with one shared prefix. */
  JOB_SECONDS,

  /** Seconds of prefill and decoding where every branch computes its own prefix. */
  UNSHARED_JOB_SECONDS;

  /**
   * Returns the name in JSON.
   *
   * @return the constant's name in lower case.
   */
  public String key() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
