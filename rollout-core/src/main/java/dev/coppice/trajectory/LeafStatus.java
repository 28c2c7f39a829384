package dev.coppice.trajectory;

/** Says how a trajectory ended; every status but COMPLETED and TRUNCATED is a failure and never a reward of 0. */
public enum LeafStatus {
  /** The episode came to its own end: the policy ended it, or the rules of the environment did. */
  COMPLETED(0, "completed"),
  /** A limit ended the episode: length, context, calls or budget. */
  TRUNCATED(1, "truncated"),
  /** The run was stopped or the branch cancelled. */
  ABORTED(2, "aborted"),
  /** The environment broke. */
  ENV_FAILED(3, "env_failed"),
  /** A tool threw, hung, flooded or answered nonsense. */
  TOOL_FAILED(4, "tool_failed"),
  /** The backend or another part of the engine broke. */
  INFRA_FAILED(5, "infra_failed"),
  /** The weights moved on further than allowed. */
  STALE(6, "stale");

  private final int code;
  private final String wireName;

  LeafStatus(final int code, final String wireName) {
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
  public static LeafStatus ofCode(final int code) {
    for (final LeafStatus value : values()) {
      if (value.code == code) {
        return value;
      }
    }
    throw new IllegalArgumentException("unknown code: LeafStatus=" + code);
  }

  /**
   * Finds the value with a trace name.
   *
   * @param wireName to look up.
   * @return the value of that name.
   * @throws IllegalArgumentException if no value has that name.
   */
  public static LeafStatus ofWireName(final String wireName) {
    for (final LeafStatus value : values()) {
      if (value.wireName.equals(wireName)) {
        return value;
      }
    }
    throw new IllegalArgumentException("unknown name: LeafStatus=" + wireName);
  }
}
