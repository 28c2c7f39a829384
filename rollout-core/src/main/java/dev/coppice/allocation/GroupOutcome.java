package dev.coppice.allocation;

import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds what later groups may learn from a finished one; a resumed run makes it from its traces.
 *
 * @param task index of the group's task in the environment.
 * @param trees of the group in order.
 */
public record GroupOutcome(int task, List<Tree> trees) {
  /** Keeps a copy. */
  public GroupOutcome {
    trees = List.copyOf(trees);
  }

  /**
   * Returns what the group cost.
   *
   * @return its computed tokens.
   */
  public long computedTokens() {
    return trees.stream().mapToLong(Tree::computedTokens).sum();
  }

  /**
   * Returns how many tokens its trees have behind their prompts.
   *
   * @return the tokens, the same on every machine.
   */
  public long tokens() {
    return trees.stream().mapToLong(Tree::tokens).sum();
  }

  /**
   * Returns how many draws the group had, whether or not they share their paths.
   *
   * @return the draws of all trees.
   */
  public int draws() {
    return trees.stream().mapToInt(Tree::draws).sum();
  }

  /**
   * Sums rewards.
   *
   * @param scored trajectories, each as often as it was drawn.
   * @param sum of their rewards.
   * @param squareSum of their squared rewards.
   */
  public record Rewards(long scored, double sum, double squareSum) {}

  /**
   * Holds the sums of one tree.
   *
   * @param draws that begin at its root; 1 unless samples share their paths.
   * @param rewards of its trajectories.
   * @param trunkTokens behind the prompt and before the first fork; all where nothing forked.
   * @param tokens behind the prompt; what is learned from, since no machine or cache changes it.
   * @param computedTokens of the whole tree, which the budget is charged with.
   * @param sharesByForks the share of the paths, by their weights, that forked so often, from 0 on;
   *     empty where a journal of earlier versions does not tell.
   */
  public record Tree(
      int draws,
      Rewards rewards,
      long trunkTokens,
      long tokens,
      long computedTokens,
      List<Double> sharesByForks) {
    /** Keeps a copy. */
    public Tree {
      sharesByForks = List.copyOf(sharesByForks);
    }

    /**
     * Holds the sums of a tree of which nobody knows where it forked.
     *
     * @param draws that begin at its root.
     * @param rewards of its trajectories.
     * @param trunkTokens behind the prompt and before the first fork.
     * @param tokens behind the prompt.
     * @param computedTokens of the whole tree.
     */
    public Tree(
        final int draws,
        final Rewards rewards,
        final long trunkTokens,
        final long tokens,
        final long computedTokens) {
      this(draws, rewards, trunkTokens, tokens, computedTokens, List.of());
    }

    /**
     * Returns the share of the paths that forked at least so often.
     *
     * @param forks on a path.
     * @return a share from 0 to 1.
     */
    public double shareOfForks(final int forks) {
      double share = 0;
      for (int i = forks; i < sharesByForks.size(); i++) {
        share += sharesByForks.get(i);
      }
      return share;
    }

    /**
     * Sums a tree, in the order of its leaves.
     *
     * @param tree finished.
     * @param computedTokens it cost.
     * @return the sums.
     */
    public static Tree of(final TrajectoryTree tree, final long computedTokens) {
      long scored = 0;
      double sum = 0;
      double squares = 0;
      for (final Leaf leaf : tree.leaves()) {
        if (leaf.isScored()) {
          scored += leaf.draws();
          sum += leaf.draws() * leaf.reward();
          squares += leaf.draws() * leaf.reward() * leaf.reward();
        }
      }
      final Rewards rewards = new Rewards(scored, sum, squares);
      return new Tree(
          tree.draws(),
          rewards,
          tokens(tree, true),
          tokens(tree, false),
          computedTokens,
          sharesByForks(tree));
    }

    private static List<Double> sharesByForks(final TrajectoryTree tree) {
      final List<Double> shares = new ArrayList<>();
      for (final Leaf leaf : tree.leaves()) {
        int forks = 0;
        for (int id = leaf.node(); id >= 0; id = tree.node(id).parent()) {
          forks += tree.node(id).branch() != null ? 1 : 0;
        }
        while (shares.size() <= forks) {
          shares.add(0.0);
        }
        shares.set(forks, shares.get(forks) + tree.pathWeight(leaf.node()));
      }
      return shares;
    }

    private static long tokens(final TrajectoryTree tree, final boolean ofTrunk) {
      long tokens = 0;
      for (final TrajectoryNode node : tree.nodes()) {
        tokens += node.parent() < 0 ? 0 : node.length();
        if (ofTrunk && tree.decidedChildren(node.id()) > 1) {
          break;
        }
      }
      return tokens;
    }
  }
}
