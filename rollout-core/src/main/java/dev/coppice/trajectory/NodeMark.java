package dev.coppice.trajectory;

/**
 * Says what about the tokens of a node a trainer must know before it learns from them.
 *
 * <p>In traces and on the wire the marks of a node are its {@code provenance}.
 */
public enum NodeMark {
  /** A model simulated a call the node answers or follows from. */
  SIMULATED(0, "simulated"),
  /** More than one version of the weights sampled the node. */
  MIXED_VERSION(1, "mixed_version"),
  /** Another model than the policy wrote the tokens. */
  FOREIGN_MODEL(2, "foreign_model"),
  /** The context before the node was rewritten: the path is not what the policy saw. */
  REWRITTEN(3, "rewritten");

  private final int code;
  private final String wireName;

  NodeMark(final int code, final String wireName) {
    this.code = code;
    this.wireName = wireName;
  }

  /**
   * Returns the name used in traces and on the wire.
   *
   * @return the name used in traces and on the wire.
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
   * Finds the mark with a trace name.
   *
   * @param wireName to look up.
   * @return the mark of that name.
   * @throws IllegalArgumentException if no mark has that name.
   */
  public static NodeMark ofWireName(final String wireName) {
    for (final NodeMark mark : values()) {
      if (mark.wireName.equals(wireName)) {
        return mark;
      }
    }
    throw new IllegalArgumentException("unknown name: NodeMark=" + wireName);
  }
}
