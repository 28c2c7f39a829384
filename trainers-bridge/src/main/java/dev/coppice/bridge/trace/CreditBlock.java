package dev.coppice.bridge.trace;

import dev.coppice.credit.GroupAdvantages;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Holds what one estimator gave to one tree.
 *
 * @param estimator the name of the estimator, for example {@code tree-grpo}.
 * @param options the estimator was called with, by name.
 * @param nodes the advantages of sampled nodes, in order of their id.
 * @param leaves the scalars of estimators that score whole trajectories, in order of their node.
 */
public record CreditBlock(
    String estimator,
    Map<String, String> options,
    List<NodeAdvantages> nodes,
    List<LeafAdvantage> leaves) {
  /** Copies the lists and sorts the options by name. */
  public CreditBlock {
    Objects.requireNonNull(estimator, "estimator is null");
    options = Collections.unmodifiableMap(new TreeMap<>(options));
    nodes = List.copyOf(nodes);
    leaves = List.copyOf(leaves);
  }

  /**
   * Takes what an estimator gave to one tree of a group.
   *
   * @param advantages of the group.
   * @param tree the place of the tree in the group's list.
   * @return the block, with values for every sampled node and, where the estimator scores whole
   *     trajectories, for every leaf that is scored.
   */
  public static CreditBlock of(final GroupAdvantages advantages, final int tree) {
    final TrajectoryTree source = advantages.group().trees().get(tree);
    final List<NodeAdvantages> nodes = new ArrayList<>();
    for (int id = 0; id < source.nodes().size(); id++) {
      final float[] values = advantages.nodeAdvantages(tree, id);
      if (values != null) {
        nodes.add(new NodeAdvantages(id, values));
      }
    }
    final List<LeafAdvantage> leaves = new ArrayList<>();
    for (int i = 0; advantages.hasLeafAdvantages() && i < source.leaves().size(); i++) {
      final double value = advantages.leafAdvantage(tree, i);
      if (!Double.isNaN(value)) {
        leaves.add(new LeafAdvantage(source.leaves().get(i).node(), value));
      }
    }
    return new CreditBlock(advantages.estimator(), advantages.options(), nodes, leaves);
  }

  /**
   * Takes what an estimator gave to a group.
   *
   * @param advantages of the group.
   * @return one block per tree in their order.
   */
  public static List<CreditBlock> of(final GroupAdvantages advantages) {
    final List<CreditBlock> blocks = new ArrayList<>();
    for (int tree = 0; tree < advantages.group().trees().size(); tree++) {
      blocks.add(of(advantages, tree));
    }
    return List.copyOf(blocks);
  }

  /**
   * Finds the advantages of a node.
   *
   * @param node the id of the node.
   * @return one value per token, or null where the estimator gave the node none.
   */
  public float[] advantagesOf(final int node) {
    int low = 0;
    int high = nodes.size() - 1;
    while (low <= high) {
      final int middle = (low + high) >>> 1;
      final NodeAdvantages found = nodes.get(middle);
      if (found.node() == node) {
        return found.advantages();
      }
      if (found.node() < node) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  /**
   * Finds the scalar of a leaf.
   *
   * @param node the id of the node the leaf ends at.
   * @return the scalar, or {@code NaN} where the estimator gave none.
   */
  public double advantageOfLeaf(final int node) {
    for (final LeafAdvantage leaf : leaves) {
      if (leaf.node() == node) {
        return leaf.advantage();
      }
    }
    return Double.NaN;
  }

  /**
   * Holds the advantages of one node.
   *
   * @shape advantages float[T], one per token of the node.
   * @param node the id of the node.
   * @param advantages of the tokens; owned by the block and never changed.
   */
  public record NodeAdvantages(int node, float[] advantages) {
    /** Checks that nothing is missing. */
    public NodeAdvantages {
      Objects.requireNonNull(advantages, "advantages is null");
    }
  }

  /**
   * Holds the advantage of one whole trajectory.
   *
   * @param node the id of the node the trajectory ends at.
   * @param advantage of the trajectory.
   */
  public record LeafAdvantage(int node, double advantage) {}
}
