package dev.coppice.episode;

/** Says where the result of a tool call comes from. */
public enum Provenance {
  /** The tool ran for this call alone. */
  REAL(0, "real"),
  /** The result stands in a store of recorded results, put there by this run or an earlier one. */
  RECORDED(1, "recorded"),
  /** A model simulated the result. */
  SIMULATED(2, "simulated"),
  /** The result was injected to break something. */
  FAULT(3, "fault");

  private final int code;
  private final String wireName;

  Provenance(final int code, final String wireName) {
    this.code = code;
    this.wireName = wireName;
  }

  /**
   * Returns the name used in traces.
   *
   * @return the name used in traces.
   */
  public String wireName() {
    return wireName;
  }

  /**
   * Returns the number used in bytes; it never changes, whatever the order of the constants.
   *
   * @return the number used in bytes.
   */
  public int code() {
    return code;
  }

  /**
   * Finds the value with a number.
   *
   * @param code to look up.
   * @return the value of that number.
   * @throws IllegalArgumentException if no value has that number.
   */
  public static Provenance ofCode(final int code) {
    for (final Provenance value : values()) {
      if (value.code == code) {
        return value;
      }
    }
    throw new IllegalArgumentException("unknown code: Provenance=" + code);
  }

  /**
   * Finds the value with a trace name.
   *
   * @param wireName to look up.
   * @return the value of that name.
   * @throws IllegalArgumentException if no value has that name.
   */
  public static Provenance ofWireName(final String wireName) {
    for (final Provenance value : values()) {
      if (value.wireName.equals(wireName)) {
        return value;
      }
    }
    throw new IllegalArgumentException("unknown name: Provenance=" + wireName);
  }
}
