package dev.coppice.trajectory;

import java.util.Map;
import java.util.Objects;

/**
 * Ends one trajectory of a tree.
 *
 * @unit reward is dimensionless; {@code Double.NaN} stands for "not scored" and is written as null.
 * @param node the id of the last node of the trajectory.
 * @param status the trajectory ended with.
 * @param stop what stopped the sampling.
 * @param reward of the trajectory, or {@code NaN} where it cannot be scored.
 * @param components of the reward by name; empty where there is none.
 * @param answer normalised final answer, or null where there is none.
 * @param failure that ended the trajectory, or null.
 * @param draws the samples that came to this end, at least 1: those of its node.
 */
public record Leaf(
    int node,
    LeafStatus status,
    StopReason stop,
    double reward,
    Map<String, Double> components,
    String answer,
    RolloutFailure failure,
    int draws) {
  /** Checks that a failure carries no reward and that somebody came here. */
  public Leaf {
    Objects.requireNonNull(status, "status is null");
    Objects.requireNonNull(stop, "stop is null");
    components = Map.copyOf(components);
    if (failure != null && !Double.isNaN(reward)) {
      throw new IllegalArgumentException("a failure carries no reward: reward=" + reward);
    }
    if (draws < 1) {
      throw new IllegalArgumentException("a leaf stands for at least one draw: draws=" + draws);
    }
  }

  /**
   * Ends a trajectory of one draw.
   *
   * @param node the id of the last node of the trajectory.
   * @param status the trajectory ended with.
   * @param stop what stopped the sampling.
   * @param reward of the trajectory, or {@code NaN} where it cannot be scored.
   * @param components of the reward by name; empty where there is none.
   * @param answer normalised final answer, or null where there is none.
   * @param failure that ended the trajectory, or null.
   */
  public Leaf(
      final int node,
      final LeafStatus status,
      final StopReason stop,
      final double reward,
      final Map<String, Double> components,
      final String answer,
      final RolloutFailure failure) {
    this(node, status, stop, reward, components, answer, failure, 1);
  }

  /**
   * Returns whether the trajectory has a reward, so that it may enter a baseline.
   *
   * @return true if the reward is not {@code NaN}.
   */
  public boolean isScored() {
    return !Double.isNaN(reward);
  }
}
