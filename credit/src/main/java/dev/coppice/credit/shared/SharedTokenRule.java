package dev.coppice.credit.shared;

/** Says how a token that stands in several trajectories is trained. */
public enum SharedTokenRule {
  /**
   * Once, with the mean advantage, its multiplicity, and the denominator of the flat form: the same
   * loss as duplicated rows.
   */
  TRAIN_ONCE("train_once"),
  /** In every row, with that row's advantage: the flat form itself. */
  PER_LEAF("per_leaf"),
  /**
   * Once, with its path weight instead of its multiplicity: a subtree counts as often as it was
   * drawn, not as often as it was expanded.
   */
  WEIGHTED("weighted");

  private final String wireName;

  SharedTokenRule(final String wireName) {
    this.wireName = wireName;
  }

  /**
   * Returns the name used in configurations and on the wire.
   *
   * @return the name.
   */
  public String wireName() {
    return wireName;
  }

  /**
   * Finds the rule with a name.
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
    throw new IllegalArgumentException(
        "unknown shared-token rule: rule=" + wireName + "; known: train_once, per_leaf, weighted");
  }
}
