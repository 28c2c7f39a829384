package dev.coppice.episode;

/** Says where the result of a tool call comes from. */
public enum Provenance {
  /** The tool ran for this call alone. */
  REAL("real"),
  /** The result stands in a store of recorded results, put there by this run or an earlier one. */
  RECORDED("recorded"),
  /** A model simulated the result. */
  SIMULATED("simulated"),
  /** The result was injected to break something. */
  FAULT("fault");

  private final String wireName;

  Provenance(final String wireName) {
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
