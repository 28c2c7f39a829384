package dev.coppice.app.folder;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Says how far one arm of a run is, and what the engine counted.
 *
 * @param arm the name of the arm.
 * @param policy the branching policy it runs.
 * @param groups the number of groups it has when it is done.
 * @param complete whether all of them are finished.
 * @param sessions the number of processes that worked on it.
 * @param wallNs engine time of all sessions, in nanoseconds.
 * @param engine counters of the sessions that ended by themselves, by name.
 * @param laws checked at the end of the last session that ended by itself.
 */
public record ArmState(
    String arm,
    String policy,
    int groups,
    boolean complete,
    int sessions,
    long wallNs,
    Map<String, Long> engine,
    List<Law> laws) {
  /** The counter of groups that got no tree. */
  public static final String DROPPED_GROUPS = "dropped_groups";

  /** Copies map and list. */
  public ArmState {
    engine = Collections.unmodifiableMap(new LinkedHashMap<>(engine));
    laws = List.copyOf(laws);
  }

  /**
   * Makes the state of an arm that has not begun.
   *
   * @param arm the name of the arm.
   * @param policy the branching policy it runs.
   * @param groups the number of groups it will have.
   * @return a state without sessions.
   */
  public static ArmState planned(final String arm, final String policy, final int groups) {
    return new ArmState(arm, policy, groups, false, 0, 0, Map.of(), List.of());
  }

  /**
   * Returns the groups that got no tree because the budget was spent.
   *
   * @return the number as of the last session that ended by itself.
   */
  public long droppedGroups() {
    return engine.getOrDefault(DROPPED_GROUPS, 0L);
  }

  /**
   * Returns the state at the start of another session.
   *
   * @return a copy with one session more that is not complete.
   */
  public ArmState inSession() {
    return new ArmState(arm, policy, groups, false, sessions + 1, wallNs, engine, laws);
  }

  /**
   * Returns the state some time into a session.
   *
   * @param sinceNs engine time of the session so far, in nanoseconds.
   * @return a copy that counts it.
   */
  public ArmState after(final long sinceNs) {
    return new ArmState(arm, policy, groups, complete, sessions, wallNs + sinceNs, engine, laws);
  }

  /**
   * States one law of conservation.
   *
   * @param name of the law.
   * @param left side.
   * @param right side.
   * @param tolerance by which the sides may differ, as a share of the larger.
   */
  public record Law(String name, double left, double right, double tolerance) {
    /**
     * Returns whether the law holds.
     *
     * @return true if the sides agree within the tolerance.
     */
    public boolean holds() {
      final double larger = Math.max(Math.abs(left), Math.abs(right));
      return Math.abs(left - right) <= tolerance * larger;
    }
  }
}
