package dev.coppice.credit;

import dev.coppice.trajectory.TrajectoryGroup;
import java.util.List;
import java.util.Map;

/**
 * Gives every sampled token of a finished group its advantage.
 *
 * <p>What is learned from earlier groups comes in as an option, so that an estimator never changes: see
 * {@link SharesInOrder}.
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
   * Returns the options it was made with, defaults included.
   *
   * @return key to value; empty for an estimator without options.
   */
  default Map<String, String> options() {
    return Map.of();
  }

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
   * Says what a group tells that later groups may be scored with.
   *
   * @param group of finished trees.
   * @return a text for {@link #advance}, or null where nothing is learned from group to group.
   */
  default String observe(final TrajectoryGroup group) {
    return null;
  }

  /**
   * Learns from one more group.
   *
   * @param learned so far, empty at the start.
   * @param observed what {@link #observe} said of the group, empty if it told nothing.
   * @return what is learned with it.
   */
  default String advance(final String learned, final String observed) {
    return learned;
  }

  /**
   * Makes the same estimator with other values of some options.
   *
   * @param options by name.
   * @return an estimator of the same name.
   * @throws IllegalArgumentException if it has no such option, or the values do not fit.
   */
  default AdvantageEstimator with(final Map<String, String> options) {
    if (options.isEmpty()) {
      return this;
    }
    throw new IllegalArgumentException(
        "the estimator has no such options: estimator=" + name() + " options=" + options.keySet());
  }

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
