package dev.coppice.bridge.wire;

import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.NodeMark;
import java.util.Set;

/**
 * Holds one node of a group as the wire carries it; a shared prefix is in one row.
 *
 * <p>Rows of a group are in depth-first pre-order. The loss over a group with each shared token
 * trained once is {@code sum over rows of d * sum over tokens of mask * f(token)}, divided by what
 * the flat form divides by, {@code sum of d * mask}; d is the number of draws with a reward that run
 * through the node, {@link PackedGroup#scoredDraws()}: its multiplicity where every path is one draw.
 *
 * @param place of the row in its group.
 * @param origin of the row in the trees of the group.
 * @param kind says who wrote the tokens.
 * @param columns of the node's own tokens; the mask is 1 where some path through a sampled token has
 *     a reward.
 * @param share of the group that the node has.
 * @param cached says where keys and values came from.
 */
public record NodeRow(
    Place place, Origin origin, NodeKind kind, TokenColumns columns, Share share, Cached cached) {
  /**
   * Places a row.
   *
   * @param group the number of the group.
   * @param node the place of the row in its group, from 0.
   * @param parent the place of the parent, or -1.
   * @param startPos the tokens on the path before this node.
   * @param turn the observations on the path before this node.
   */
  public record Place(long group, int node, int parent, int startPos, int turn) {}

  /**
   * Names the node that a row was made of.
   *
   * @param tree the place of the node's tree in the group.
   * @param source the id of the node in its tree.
   * @param marks what a trainer must know of the tokens, {@code provenance} on the wire.
   * @param treeDraws the draws that begin at the root of that tree.
   */
  public record Origin(int tree, int source, Set<NodeMark> marks, int treeDraws) {
    /** Copies the marks. */
    public Origin {
      marks = Set.copyOf(marks);
    }
  }

  /**
   * Says how much of its group a node stands for.
   *
   * @param multiplicity the number of paths with a reward that run through the node.
   * @param pathWeight the product of the shares of its path in its own tree: 1/children at a fork,
   *     its part of the draws where draws go different ways.
   * @param draws the samples that run through the node; at a prompt that trees share, those of all.
   */
  public record Share(int multiplicity, float pathWeight, int draws) {}

  /**
   * Says what the node's keys and values were computed from.
   *
   * @param kvVersion the weights that computed them.
   * @param tokens the tokens whose keys and values were found in the cache.
   */
  public record Cached(int kvVersion, int tokens) {}

  /**
   * Returns the row with more paths and draws through its node.
   *
   * @param paths with a reward.
   * @param draws that begin here.
   * @return a row that shares this row's columns.
   */
  NodeRow withMore(final int paths, final int draws) {
    final Share larger =
        new Share(share.multiplicity() + paths, share.pathWeight(), share.draws() + draws);
    return new NodeRow(place, origin, kind, columns, larger, cached);
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
