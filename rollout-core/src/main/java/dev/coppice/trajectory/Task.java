package dev.coppice.trajectory;

import java.util.Objects;

/**
 * Names one problem of a task set.
 *
 * @param id stable over runs, for example {@code countdown/42}.
 * @param input the problem as canonical JSON.
 * @param contract that says how long the state of the task's world lives.
 */
public record Task(String id, String input, RuntimeContract contract) {
  /** Checks that nothing is missing. */
  public Task {
    Objects.requireNonNull(id, "id is null");
    Objects.requireNonNull(input, "input is null");
    Objects.requireNonNull(contract, "contract is null");
  }

  /**
   * Names a problem whose world lives as long as the episode.
   *
   * @param id stable over runs.
   * @param input the problem as canonical JSON.
   */
  public Task(final String id, final String input) {
    this(id, input, RuntimeContract.PERSISTENT);
  }

  /**
   * Says how long the state of a tool world lives; trajectories under different contracts are never
   * compared.
   */
  public enum RuntimeContract {
    /** The state lives as long as the episode; a branch continues from the state it forked from. */
    PERSISTENT(0, "persistent"),
    /** Every call finds the initial state; what an earlier call changed is gone. */
    RESET_PER_STEP(1, "reset_per_step"),
    /** A branch begins with the initial state, however far its parent had come. */
    RESET_PER_BRANCH(2, "reset_per_branch");

    private final int code;
    private final String wireName;

    RuntimeContract(final int code, final String wireName) {
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
    public static RuntimeContract ofCode(final int code) {
      for (final RuntimeContract value : values()) {
        if (value.code == code) {
          return value;
        }
      }
      throw new IllegalArgumentException("unknown code: RuntimeContract=" + code);
    }

    /**
     * Finds the value with a trace name.
     *
     * @param wireName to look up.
     * @return the value of that name.
     * @throws IllegalArgumentException if no value has that name.
     */
    public static RuntimeContract ofWireName(final String wireName) {
      for (final RuntimeContract value : values()) {
        if (value.wireName.equals(wireName)) {
          return value;
        }
      }
      throw new IllegalArgumentException("unknown name: RuntimeContract=" + wireName);
    }
  }
}
