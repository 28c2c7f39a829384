package dev.coppice.bridge.wire;

import dev.coppice.trajectory.LeafStatus;
import java.util.Map;

/**
 * Holds the end of one path of a group as the wire carries it.
 *
 * @param place of the path.
 * @param outcome of the path.
 * @param draws the samples that are this path, token for token.
 * @param weight the path's share of its group: the leaf's path weight in its tree times the tree's
 *     share of the draws that begin at the roots of the group.
 * @param advantage of the whole path, or {@code NaN}, written as null, where there is none.
 */
public record LeafRow(Place place, Outcome outcome, int draws, float weight, float advantage) {
  /**
   * Places a path.
   *
   * @param group the number of the group.
   * @param groupName the id of the group in the traces.
   * @param leaf the place of the path in its group, from 0.
   * @param node the place of the last node's row in the group.
   * @param rollout a number of the path that is unique in the run.
   * @param tree the place of the path's tree in the group.
   */
  public record Place(long group, String groupName, int leaf, int node, long rollout, int tree) {
    /** Returns the place as the flat form has it, which has no rows of nodes. */
    Place withoutNode() {
      return new Place(group, groupName, leaf, NO_NODE, rollout, tree);
    }

    /** Returns the place with the number of another row of its group. */
    Place numbered(final int row) {
      return new Place(group, groupName, leaf, node, GroupNumbers.rollout(group, row), tree);
    }
  }

  /**
   * Says how a path ended.
   *
   * @param status the path ended with.
   * @param stop what stopped the sampling.
   * @param reward of the path, or {@code NaN}, written as null, where it cannot be scored.
   * @param components of the reward by name.
   */
  public record Outcome(
      LeafStatus status, String stop, float reward, Map<String, Float> components) {
    /** Copies the components. */
    public Outcome {
      components = Map.copyOf(components);
    }
  }

  /** The place of the last node in the flat form. */
  public static final int NO_NODE = -1;

  /**
   * Returns whether the path has a reward and may be trained.
   *
   * @return true if the reward is known.
   */
  public boolean isScored() {
    return !Float.isNaN(outcome.reward());
  }

  /**
   * Returns the group of the row.
   *
   * @return the number of the group.
   */
  public long group() {
    return place.group();
  }
}
