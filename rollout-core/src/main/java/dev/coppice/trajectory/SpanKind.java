package dev.coppice.trajectory;

/** Says what a run of sampled tokens is for. */
public enum SpanKind {
  /** Private reasoning before an action. */
  THINK(0, "think"),
  /** Plain text that is neither thought, call nor answer. */
  TEXT(1, "text"),
  /** The name of the tool inside a call. */
  TOOL_NAME(2, "tool_name"),
  /** The arguments of the tool inside a call. */
  TOOL_ARGS(3, "tool_args"),
  /** A whole tool call, its tags included. */
  TOOL_CALL(4, "tool_call"),
  /** The final answer, its tags included. */
  ANSWER(5, "answer"),
  /** A rewrite of earlier context. */
  FOLD(6, "fold"),
  /** Scaffolding of the chat template. */
  TEMPLATE(7, "template");

  private final int code;
  private final String wireName;

  SpanKind(final int code, final String wireName) {
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
  public static SpanKind ofCode(final int code) {
    for (final SpanKind value : values()) {
      if (value.code == code) {
        return value;
      }
    }
    throw new IllegalArgumentException("unknown code: SpanKind=" + code);
  }

  /**
   * Finds the value with a trace name.
   *
   * @param wireName to look up.
   * @return the value of that name.
   * @throws IllegalArgumentException if no value has that name.
   */
  public static SpanKind ofWireName(final String wireName) {
    for (final SpanKind value : values()) {
      if (value.wireName.equals(wireName)) {
        return value;
      }
    }
    throw new IllegalArgumentException("unknown name: SpanKind=" + wireName);
  }
}
