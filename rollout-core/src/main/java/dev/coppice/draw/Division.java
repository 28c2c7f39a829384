package dev.coppice.draw;

/** Says how the samples that share a path are divided over the next tokens. */
public enum Division {
  /** Every sample draws with a number of its own. */
  INDEPENDENT("independent"),
  /**
   * One number decides for all samples of a path: sample j of m takes the quantile at {@code (j +
   * U)/m}, so that every token gets the floor or the ceiling of m times its probability.
   */
  SYSTEMATIC("systematic");

  private final String key;

  Division(final String key) {
    this.key = key;
  }

  /**
   * Returns the name used in configurations.
   *
   * @return the name used in configurations.
   */
  public String key() {
    return key;
  }

  /**
   * Finds the division with a name.
   *
   * @param key to look up.
   * @return the division of that name.
   * @throws IllegalArgumentException if no division has that name.
   */
  public static Division ofKey(final String key) {
    for (final Division division : values()) {
      if (division.key.equals(key)) {
        return division;
      }
    }
    throw new IllegalArgumentException("unknown name: Division=" + key);
  }
}
