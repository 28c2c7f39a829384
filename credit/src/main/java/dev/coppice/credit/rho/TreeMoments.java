package dev.coppice.credit.rho;

import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;

/**
 * Estimates, from one tree, the moments of what one draw of its root brings.
 *
 * <p>A draw of a node has a value X: the path-weighted mean reward of all that grows from it. Draws
 * of one node are independent given its state, but a tree does not keep which draw of a coalesced node
 * a child grew from, so squares are told through pairs. With m draws at a node, k children each, n = m
 * k draws below and child c with {@code m_c} of them:
 *
 * <pre>
 *   M = sum m_c M_c / n                                               E[X | state]
 *   U = (sum_{c != d} m_c M_c m_d M_d + sum m_c (m_c - 1) U_c) / (n (n - 1))    E[X | state]^2
 *   A = sum m_c A_c / (n k) + (1 - 1/k) U                             E[X^2 | state]
 * </pre>
 *
 * <p>All three are unbiased where draws are divided independently; at a leaf {@code M = r} and {@code
 * U = A = r^2}. A draw whose end has no reward counts nowhere.
 *
 * @param draws of the root that have a reward somewhere below them; 0 where there is none.
 * @param mean M of the root.
 * @param ownSquare A of the root.
 * @param pairSquare U of the root; of no meaning with less than two draws.
 * @param sampleSquare mean of the squared rewards by path weight: {@code E[r^2]}.
 * @param share what the samples of one draw share out: the sum of their squared weights; 1 where
 *     nothing forked.
 */
public record TreeMoments(
    int draws,
    double mean,
    double ownSquare,
    double pairSquare,
    double sampleSquare,
    double share) {
  private static final TreeMoments NONE = new TreeMoments(0, 0, 0, 0, 0, 1);

  /**
   * Estimates the moments of a tree.
   *
   * @param tree finished.
   * @return the moments, of no draw where no leaf has a reward.
   * @cost O(nodes).
   */
  public static TreeMoments of(final TrajectoryTree tree) {
    final Below[] below = new Below[tree.nodes().size()];
    for (int id = below.length - 1; id > 0; id--) {
      final TreeMoments moments = at(tree, id, below[id]);
      if (moments.draws > 0) {
        final int parent = tree.node(id).parent();
        below[parent] = below[parent] == null ? new Below() : below[parent];
        below[parent].add(moments);
      }
    }
    return at(tree, 0, below[0]);
  }

  private static TreeMoments at(final TrajectoryTree tree, final int id, final Below below) {
    final int leaf = tree.leafAt(id);
    if (leaf >= 0) {
      final Leaf end = tree.leaves().get(leaf);
      final double square = end.reward() * end.reward();
      return end.isScored()
          ? new TreeMoments(end.draws(), end.reward(), square, square, square, 1)
          : NONE;
    }
    return below == null ? NONE : below.moments(tree.node(id));
  }

  /**
   * Takes the tree for one draw: what is left where the draws inside depend on each other.
   *
   * @return moments of one draw that brings the tree's mean.
   */
  public TreeMoments whole() {
    return draws == 0 ? this : new TreeMoments(1, mean, mean * mean, 0, sampleSquare, 0);
  }

  /** Sums over the children of a node, each as often as it was drawn. */
  private static final class Below {
    private final TaskMoments sums = new TaskMoments();

    void add(final TreeMoments child) {
      sums.add(child);
    }

    TreeMoments moments(final TrajectoryNode node) {
      final int draws = Math.min(node.draws(), sums.draws());
      final double children = sums.draws() / (double) draws;
      final double pairs = sums.draws() > 1 ? sums.meanSquare() : 0;
      return new TreeMoments(
          draws,
          sums.mean(),
          sums.ownSquare() / children + (1 - 1 / children) * pairs,
          pairs,
          sums.sampleSquare(),
          sums.share() / children);
    }
  }
}
