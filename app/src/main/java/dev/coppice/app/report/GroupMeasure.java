package dev.coppice.app.report;

import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;

/**
 * Adds one finished group to the sums of its task.
 *
 * @cost O(nodes + calls x leaves) per tree.
 * @thread any; stateless.
 */
final class GroupMeasure {
  private GroupMeasure() {}

  /** Adds all trees of a group, with their ledgers in the same order. */
  static void add(
      final List<TrajectoryTree> trees, final List<TreeLedger> ledgers, final TaskTally tally) {
    final DistinctKeys distinct = new DistinctKeys();
    tally.add(Sum.GROUPS, 1);
    for (int i = 0; i < trees.size(); i++) {
      distinct.add(trees.get(i));
      addTree(trees.get(i), tally);
      addLedger(trees.get(i), ledgers.get(i), tally);
    }
    tally.add(Sum.DISTINCT_L0, distinct.exactCount());
    tally.add(Sum.DISTINCT_L1, distinct.actionCount());
    addOutcomes(trees, tally);
  }

  private static void addTree(final TrajectoryTree tree, final TaskTally tally) {
    tally.add(Sum.TREES, 1);
    tally.add(Sum.LEAVES, tree.leaves().size());
    for (final Leaf leaf : tree.leaves()) {
      tally.add(Sum.DRAWS, leaf.draws());
      tally.add(Sum.COMPLETED, leaf.status() == LeafStatus.COMPLETED ? 1 : 0);
      tally.add(Sum.SCORED, leaf.isScored() ? 1 : 0);
      if (leaf.failure() != null) {
        tally.addFailure(leaf.failure().boundary().wireName());
      }
    }
    final int count = tree.nodes().size();
    final int[] forksAbove = new int[count];
    final int[] drawsBelow = drawsBelow(tree);
    for (int id = 0; id < count; id++) {
      final TrajectoryNode node = tree.node(id);
      if (id > 0) {
        final int above = tree.decidedChildren(node.parent()) > 1 ? 1 : 0;
        forksAbove[id] = forksAbove[node.parent()] + above;
        // An observation that ends the episode is shown to nobody and computed by nobody.
        final boolean isSeen = node.kind().isSampled() || tree.leafAt(id) < 0;
        final double chainTokens = isSeen ? (double) node.length() * drawsBelow[id] : 0;
        tally.addSegment(forksAbove[id], chainTokens);
        tally.add(Sum.CHAIN_TOKENS, chainTokens);
      }
      if (tree.decidedChildren(id) > 1) {
        tally.addFork(forksAbove[id], tree.decidedChildren(id));
      }
    }
  }

  /** Counts the samples that end below each node. */
  private static int[] drawsBelow(final TrajectoryTree tree) {
    final int[] below = new int[tree.nodes().size()];
    for (int id = below.length - 1; id >= 0; id--) {
      below[id] += tree.leafAt(id) >= 0 ? tree.node(id).draws() : 0;
      if (id > 0) {
        below[tree.node(id).parent()] += below[id];
      }
    }
    return below;
  }

  private static void addLedger(
      final TrajectoryTree tree, final TreeLedger ledger, final TaskTally tally) {
    tally.add(Sum.PREFILLED, ledger.prefilledTokens());
    tally.add(Sum.CACHED, ledger.cachedTokens());
    tally.add(Sum.DECODED, ledger.decodedTokens());
    tally.add(Sum.DISCARDED, ledger.discardedTokens());
    tally.add(Sum.RECOMPUTED, ledger.recomputedTokens());
    tally.add(Sum.TOOL_CALLS, ledger.toolCalls());
    tally.add(Sum.BLOCK_NS, ledger.blockNs());
    // A prompt that does not fit is refused before anything of it is computed.
    final long prompt = tree.node(0).length() - tree.node(0).cachedTokens();
    tally.add(Sum.PROMPT_COMPUTED, Math.min(prompt, ledger.prefilledTokens()));
  }

  private static void addOutcomes(final List<TrajectoryTree> trees, final TaskTally tally) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    double leaves = 0;
    double squared = 0;
    for (final TrajectoryTree tree : trees) {
      final RewardStats stats = RewardStats.of(tree);
      if (stats.count() > 0) {
        least = Math.min(least, stats.least());
        most = Math.max(most, stats.most());
        leaves += stats.count();
        squared += stats.count() * stats.count() / tree.draws();
        stats.addTo(tally);
        tally.beginTrunk();
        for (final Leaf leaf : tree.leaves()) {
          if (leaf.isScored()) {
            addRewards(tree, leaf, tally);
          }
        }
      }
    }
    tally.add(Sum.MIXED_GROUPS, most > least ? 1 : 0);
    tally.add(Sum.SOLVED_GROUPS, most >= 1 ? 1 : 0);
    if (leaves > 0) {
      tally.addCluster(leaves, squared / leaves);
    }
  }

  /** Draws of a tree that never forks are trunks of their own; below a fork nobody can say. */
  private static void addRewards(
      final TrajectoryTree tree, final Leaf leaf, final TaskTally tally) {
    final boolean forks =
        tree.nodes().stream().anyMatch(node -> tree.decidedChildren(node.id()) > 1);
    for (int draw = 0; draw < leaf.draws(); draw++) {
      if (!forks && tree.draws() > 1) {
        tally.beginTrunk();
      }
      tally.addReward(tree.task().id(), leaf.reward());
    }
  }

  /** Holds the rewards of one tree: over draws alike, and by path weight. */
  private record RewardStats(double count, double byPath, double trees, double least, double most) {
    static RewardStats of(final TrajectoryTree tree) {
      double count = 0;
      double mass = 0;
      double weighted = 0;
      double least = Double.POSITIVE_INFINITY;
      double most = Double.NEGATIVE_INFINITY;
      for (final Leaf leaf : tree.leaves()) {
        if (leaf.isScored()) {
          final double weight = tree.pathWeight(leaf.node());
          count += leaf.draws();
          mass += weight;
          weighted += weight * leaf.reward();
          least = Math.min(least, leaf.reward());
          most = Math.max(most, leaf.reward());
        }
      }
      // A tree of several draws stands for as many trees, but for those that have no reward.
      final double trees = tree.draws() == 1 ? 1 : tree.draws() * mass;
      return new RewardStats(count, weighted / mass, trees, least, most);
    }

    void addTo(final TaskTally tally) {
      tally.add(Sum.TREE_VALUES, byPath * trees);
      tally.add(Sum.VALUED_TREES, trees);
    }
  }
}
