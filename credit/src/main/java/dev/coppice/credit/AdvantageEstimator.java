package dev.coppice.credit;

import dev.coppice.trajectory.TrajectoryGroup;
import java.util.List;

/**
 * Gives every sampled token of a finished group its advantage.
 *
 * @thread any; pure and stateless, so a group gives the same bits on every thread.
 * @cost O(nodes + leaves) per group; nothing per token until tokens are read.
 */
public interface AdvantageEstimator {
  /**
   * Returns the name, as {@code --estimator} takes it.
   *
   * @return the name.
   */
  String name();

  /**
   * Scores a group.
   *
   * @param group of finished trees that grew from one prompt; may be empty.
   * @return the advantages of all its trees.
   * @throws IllegalArgumentException if a reward is infinite, or a component or step reward is not
   *     finite.
   */
  GroupAdvantages estimate(TrajectoryGroup group);

  /**
   * Says in a few lines how a node's advantage came about: values, counts, weights, baseline.
   *
   * @param group of the node.
   * @param tree its place in the group.
   * @param node its id in the tree.
   * @return lines for a person.
   * @throws IllegalArgumentException if the group has no such node.
   */
  List<String> explain(TrajectoryGroup group, int tree, int node);
}
