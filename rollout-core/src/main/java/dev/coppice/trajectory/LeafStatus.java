package dev.coppice.trajectory;

/** Says how a trajectory ended; every status but COMPLETED and TRUNCATED is a failure and never a reward of 0. */
public enum LeafStatus {
  /** The episode came to its own end: the policy ended it, or the rules of the environment did. */
  COMPLETED("completed"),
  /** A limit ended the episode: length, context, calls or budget. */
  TRUNCATED("truncated"),
  /** The run was stopped or the branch cancelled. */
  ABORTED("aborted"),
  /** The environment broke. */
  ENV_FAILED("env_failed"),
  /** A tool threw, hung, flooded or answered nonsense. */
  TOOL_FAILED("tool_failed"),
  /** The backend or another part of the engine broke. */
  INFRA_FAILED("infra_failed"),
  /** The weights moved on further than allowed. */
  STALE("stale");

  private final String wireName;

  LeafStatus(final String wireName) {
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
  public static LeafStatus ofWireName(final String wireName) {
    for (final LeafStatus value : values()) {
      if (value.wireName.equals(wireName)) {
        return value;
      }
    }
    throw new IllegalArgumentException("unknown name: LeafStatus=" + wireName);
  }
}
