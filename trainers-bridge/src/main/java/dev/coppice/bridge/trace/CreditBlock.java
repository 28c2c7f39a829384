package dev.coppice.bridge.trace;

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
    options = java.util.Collections.unmodifiableMap(new TreeMap<>(options));
    nodes = List.copyOf(nodes);
    leaves = List.copyOf(leaves);
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
