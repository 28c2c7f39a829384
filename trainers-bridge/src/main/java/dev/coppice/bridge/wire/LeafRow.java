package dev.coppice.bridge.wire;

import dev.coppice.trajectory.LeafStatus;
import java.util.Map;

/**
 * Holds the end of one path of a group as the wire carries it.
 *
 * @param group the number of the group.
 * @param groupName the id of the group in the traces.
 * @param leaf the place of the path in its group, from 0.
 * @param node the place of the last node's row in the group.
 * @param rollout a number of the path that is unique in the run.
 * @param reward of the path, or {@code NaN}, written as null, where it cannot be scored.
 * @param components of the reward by name.
 * @param status the path ended with.
 * @param stop what stopped the sampling.
 * @param weight the path's share of its group: the leaf's path weight over the number of trees.
 * @param advantage of the whole path, or {@code NaN}, written as null, where there is none.
 * @param tree the place of the path's tree in the group.
 */
public record LeafRow(
    long group,
    String groupName,
    int leaf,
    int node,
    long rollout,
    float reward,
    Map<String, Float> components,
    LeafStatus status,
    String stop,
    float weight,
    float advantage,
    int tree) {
  /** Copies the components. */
  public LeafRow {
    components = Map.copyOf(components);
  }

  /**
   * Returns whether the class path has a reward and may be trained.
   *
   * @return true if the reward is known.
   */
  public boolean isScored() {
    return !Float.isNaN(reward);
  }
}
