package dev.coppice.trajectory;

/** Says who wrote the tokens of a node. */
public enum NodeKind {
  /** Given before the first sampled token. */
  PROMPT("prompt"),
  /** Sampled by the policy; the only kind that trains beside {@link #FOLD}. */
  ACTION("action"),
  /** Written by the environment in answer to a tool call. */
  OBSERVATION("observation"),
  /** Sampled by the policy to replace an earlier part of its own context. */
  FOLD("fold");

  private final String wireName;

  NodeKind(final String wireName) {
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
   * Returns whether the policy sampled the tokens of such a node, so that they may carry credit.
   *
   * @return true for {@link #ACTION} and {@link #FOLD}.
   */
  public boolean isSampled() {
    return this == ACTION || this == FOLD;
  }

  /**
   * Finds the kind with a trace name.
   *
   * @param wireName to look up.
   * @return the kind of that name.
   * @throws IllegalArgumentException if no kind has that name.
   */
  public static NodeKind ofWireName(final String wireName) {
    for (final NodeKind kind : values()) {
      if (kind.wireName.equals(wireName)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("unknown node kind: kind=" + wireName);
  }
}
