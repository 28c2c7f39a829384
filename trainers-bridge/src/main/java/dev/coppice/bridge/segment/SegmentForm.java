package dev.coppice.bridge.segment;

/** Says how a segment lays its groups out. */
public enum SegmentForm {
  /** Every shared token once: nodes and leaves. */
  TREE_PACKED,
  /** One row per path, weighted by its draws. */
  FLAT,
  /** One row per draw: a path of several draws is repeated. */
  FLAT_DRAWS;

  /**
   * Returns whether paths are whole in their rows.
   *
   * @return true unless shared tokens stand once.
   */
  public boolean isFlat() {
    return this != TREE_PACKED;
  }
}
