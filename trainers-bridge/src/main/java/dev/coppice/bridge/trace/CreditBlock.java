package dev.coppice.bridge.trace;

import dev.coppice.credit.GroupAdvantages;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

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
  /** Copies and sorts the lists, refusing two values for one node. */
  public CreditBlock {
    Objects.requireNonNull(estimator, "estimator is null");
    options = Collections.unmodifiableMap(new TreeMap<>(options));
    nodes = nodes.stream().sorted(Comparator.comparingInt(NodeAdvantages::node)).toList();
    leaves = leaves.stream().sorted(Comparator.comparingInt(LeafAdvantage::node)).toList();
    for (int i = 1; i < nodes.size(); i++) {
      checkOnce(nodes.get(i - 1).node(), nodes.get(i).node());
    }
    for (int i = 1; i < leaves.size(); i++) {
      checkOnce(leaves.get(i - 1).node(), leaves.get(i).node());
    }
  }

  private static void checkOnce(final int before, final int node) {
    if (before == node) {
      throw new IllegalArgumentException("credit names a node twice: node=" + node);
    }
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
    final int place = find(nodes.size(), i -> nodes.get(i).node(), node);
    return place < 0 ? null : nodes.get(place).advantages();
  }

  /**
   * Finds the scalar of a leaf.
   *
   * @param node the id of the node the leaf ends at.
   * @return the scalar, or {@code NaN} where the estimator gave none.
   */
  public double advantageOfLeaf(final int node) {
    final int place = find(leaves.size(), i -> leaves.get(i).node(), node);
    return place < 0 ? Double.NaN : leaves.get(place).advantage();
  }

  /** Finds a node in a sorted list, or answers -1. */
  private static int find(final int size, final IntUnaryOperator nodeAt, final int node) {
    int low = 0;
    int high = size - 1;
    while (low <= high) {
      final int middle = (low + high) >>> 1;
      final int found = nodeAt.applyAsInt(middle);
      if (found == node) {
        return middle;
      }
      if (found < node) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
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
