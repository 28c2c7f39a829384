package dev.coppice.proxy.recorded;

import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.RolloutFailure;
import java.util.Map;
import java.util.TreeMap;

/**
 * Says how a rollout ended.
 *
 * @param status of its paths.
 * @param reward of its paths, or null where nobody gave one.
 * @param components of the reward by name.
 * @param answer of the agent, or null.
 * @param failure that ended it, or null.
 * @param heldNs blocks times nanoseconds its paths were held in memory.
 */
public record Ending(
    LeafStatus status,
    Double reward,
    Map<String, Double> components,
    String answer,
    RolloutFailure failure,
    long heldNs) {
  /** Checks that a failure has no reward. */
  public Ending {
    components = components == null ? Map.of() : new TreeMap<>(components);
    if (failure != null && reward != null) {
      throw new IllegalArgumentException("a failure carries no reward: reward=" + reward);
    }
    if (reward != null && !Double.isFinite(reward)) {
      throw new IllegalArgumentException("a reward is a finite number: reward=" + reward);
    }
  }

  /**
   * Ends a rollout with a failure.
   *
   * @param failure that ended it.
   * @return the ending.
   */
  public static Ending failed(final RolloutFailure failure) {
    final LeafStatus status =
        switch (failure.boundary()) {
          case ENVIRONMENT, PARSER -> LeafStatus.ENV_FAILED;
          case TOOL -> LeafStatus.TOOL_FAILED;
          case BACKEND, LIMIT -> LeafStatus.INFRA_FAILED;
        };
    return new Ending(status, null, Map.of(), null, failure, 0);
  }

  /**
   * Ends a rollout as its agent says.
   *
   * @param status completed or truncated.
   * @param score given.
   * @return the ending.
   */
  public static Ending of(final LeafStatus status, final Scored score) {
    return new Ending(status, score.reward(), score.components(), score.answer(), null, 0);
  }

  /**
   * Copies an ending with what the rollout held of memory.
   *
   * @param ending of a rollout.
   * @param heldNs blocks times nanoseconds.
   * @return a copy.
   */
  public static Ending holding(final Ending ending, final long heldNs) {
    return new Ending(
        ending.status, ending.reward, ending.components, ending.answer, ending.failure, heldNs);
  }

  /**
   * Holds what somebody thinks of a path.
   *
   * @param reward of it, or null.
   * @param components of the reward by name.
   * @param answer of the agent, or null.
   */
  public record Scored(Double reward, Map<String, Double> components, String answer) {
    /** No reward. */
    public static final Scored NONE = new Scored(null, Map.of(), null);

    /** Copies the map. */
    public Scored {
      components = components == null ? Map.of() : new TreeMap<>(components);
    }
  }
}
