package dev.coppice.bench.decode;

/** Says what the branches of a cell share, and what each has of its own before it decodes. */
public enum BenchLayout {
  /** One prefix, and nothing of their own. */
  FLAT(0),

  /** Three levels of shared segments, 1, 4 and 16 of them, that are together as long as one. */
  LEVELS(0),

  /** One prefix and suffixes of 1 to 256 tokens; every other step one branch leaves, one joins. */
  RAGGED(256),

  /** One prefix and suffixes as long as those of {@link #RAGGED} are on average. */
  EQUAL(256);

  private final int longestSuffix;

  BenchLayout(final int longestSuffix) {
    this.longestSuffix = longestSuffix;
  }

  /** Returns the most tokens a branch has of its own before it decodes. */
  int longestSuffix() {
    return longestSuffix;
  }

  /**
   * Returns what this layout is compared with.
   *
   * @return the plain layout of as many tokens per branch; this one if it is plain itself.
   */
  public BenchLayout plain() {
    return switch (this) {
      case FLAT, EQUAL -> this;
      case LEVELS -> FLAT;
      case RAGGED -> EQUAL;
    };
  }
}
