package dev.coppice.trajectory;

/** Says what a run of sampled tokens is for. */
public enum SpanKind {
  /** Private reasoning before an action. */
  THINK("think"),
  /** Plain text that is neither thought, call nor answer. */
  TEXT("text"),
  /** The name of the tool inside a call. */
  TOOL_NAME("tool_name"),
  /** The arguments of the tool inside a call. */
  TOOL_ARGS("tool_args"),
  /** A whole tool call, its tags included. */
  TOOL_CALL("tool_call"),
  /** The final answer, its tags included. */
  ANSWER("answer"),
  /** A rewrite of earlier context. */
  FOLD("fold"),
  /** Scaffolding of the chat template. */
  TEMPLATE("template");

  private final String wireName;

  SpanKind(final String wireName) {
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
