package dev.coppice.bridge.wire;

import java.util.List;

/**
 * Holds a group tree-packed.
 *
 * @param nodes in depth-first pre-order.
 * @param leaves in order of their place.
 */
public record PackedGroup(List<NodeRow> nodes, List<LeafRow> leaves) {
  /** Copies the lists. */
  public PackedGroup {
    nodes = List.copyOf(nodes);
    leaves = List.copyOf(leaves);
  }

  /**
   * Counts the tokens that are sent.
   *
   * @return the tokens of all nodes.
   */
  public long tokenCount() {
    long count = 0;
    for (final NodeRow node : nodes) {
      count += node.columns().tokens().length;
    }
    return count;
  }
}
