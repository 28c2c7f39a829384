package dev.coppice.trajectory;

/** Says who wrote the tokens of a node. */
public enum NodeKind {
  /** Given before the first sampled token. */
  PROMPT(0, "prompt"),
  /** Sampled by the policy; the only kind that trains beside {@link #FOLD}. */
  ACTION(1, "action"),
  /** Written by the environment in answer to a tool call. */
  OBSERVATION(2, "observation"),
  /** Sampled by the policy to replace an earlier part of its own context. */
  FOLD(3, "fold");

  private final int code;
  private final String wireName;

  NodeKind(final int code, final String wireName) {
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
   * Returns whether the policy sampled the tokens of such a node, so that they may carry credit.
   *
   * @return true for {@link #ACTION} and {@link #FOLD}.
   */
  public boolean isSampled() {
    return this == ACTION || this == FOLD;
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
  public static NodeKind ofCode(final int code) {
    for (final NodeKind value : values()) {
      if (value.code == code) {
        return value;
      }
    }
    throw new IllegalArgumentException("unknown code: NodeKind=" + code);
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
