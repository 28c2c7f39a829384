package dev.coppice.trajectory;

/** Says what stopped the sampling of a trajectory. */
public enum StopReason {
  /** The policy sampled the end-of-sequence token. */
  EOS("eos"),
  /** The policy closed its final answer. */
  ANSWER("answer"),
  /** The trajectory reached its limit of sampled tokens. */
  LENGTH("length"),
  /** The next token would not fit the model's context. */
  CONTEXT("context"),
  /** The policy made more tool calls than allowed. */
  CALLS("calls"),
  /** The lease of computed tokens ran out. */
  BUDGET("budget"),
  /** The environment declared the episode over. */
  ENVIRONMENT("environment"),
  /** The branch was cancelled by the branching policy or by a stop. */
  CANCELLED("cancelled"),
  /** A failure ended the branch; see its boundary and code. */
  FAILURE("failure"),
  /** The policy wrote a stop text, or the end of a line that stops. */
  STOP("stop"),
  /** A turn reached its limit of tokens. */
  TURN("turn_length");

  private final String wireName;

  StopReason(final String wireName) {
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
  public static StopReason ofWireName(final String wireName) {
    for (final StopReason value : values()) {
      if (value.wireName.equals(wireName)) {
        return value;
      }
    }
    throw new IllegalArgumentException("unknown name: StopReason=" + wireName);
  }
}
