package dev.coppice.bridge.wire;

/** Says how the advantages of tokens that several trajectories share are meant. */
public enum SharedTokenRule {
  /**
   * A shared token has one advantage; it is trained once, times its multiplicity, over the flat
   * form's number of tokens.
   */
  TRAIN_ONCE("train_once"),
  /** A shared token is trained once per trajectory, with the scalar advantage of each. */
  PER_LEAF("per_leaf"),
  /** A shared token is trained once, times its path weight. */
  WEIGHTED("weighted");

  private final String wireName;

  SharedTokenRule(final String wireName) {
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
   * Finds the rule with a wire name.
   *
   * @param wireName to look up.
   * @return the rule of that name.
   * @throws IllegalArgumentException if no rule has that name.
   */
  public static SharedTokenRule ofWireName(final String wireName) {
    for (final SharedTokenRule rule : values()) {
      if (rule.wireName.equals(wireName)) {
        return rule;
      }
    }
    throw new IllegalArgumentException("unknown name: shared_token_rule=" + wireName);
  }
}
