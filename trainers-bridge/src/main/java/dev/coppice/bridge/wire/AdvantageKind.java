package dev.coppice.bridge.wire;

/** Says which advantages a stream carries. */
public enum AdvantageKind {
  /** None: the trainer computes its own from the rewards. */
  NONE("none"),
  /** One per trajectory, in the leaves. */
  SCALAR("scalar"),
  /** One per sampled token. */
  PER_TOKEN("per_token");

  private final String wireName;

  AdvantageKind(final String wireName) {
    this.wireName = wireName;
  }

  /**
   * Returns the name used in a stream's metadata.
   *
   * @return the name.
   */
  public String wireName() {
    return wireName;
  }

  /**
   * Finds the kind with a wire name.
   *
   * @param wireName to look up.
   * @return the kind of that name.
   * @throws IllegalArgumentException if no kind has that name.
   */
  public static AdvantageKind ofWireName(final String wireName) {
    for (final AdvantageKind kind : values()) {
      if (kind.wireName.equals(wireName)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("unknown name: advantage_kind=" + wireName);
  }
}
