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
   * Counts for each node the draws with a reward that run through it: how often the flat form trains
   * its tokens.
   *
   * @return one number per row, its multiplicity where every path is one draw.
   */
  public int[] scoredDraws() {
    final int[] draws = new int[nodes.size()];
    for (final LeafRow leaf : leaves) {
      draws[leaf.place().node()] += leaf.isScored() ? leaf.draws() : 0;
    }
    for (int row = draws.length - 1; row >= 0; row--) {
      final int parent = nodes.get(row).place().parent();
      if (parent >= 0) {
        draws[parent] += draws[row];
      }
    }
    return draws;
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
