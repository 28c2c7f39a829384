package dev.coppice.app.report;

import dev.coppice.credit.rho.TreeMoments;
import dev.coppice.draw.Division;
import dev.coppice.plug.Plugs;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.scheduling.PolicyPlug;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
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
      final TrajectoryGroup group, final List<TreeLedger> ledgers, final TaskTally tally) {
    final List<TrajectoryTree> trees = group.trees();
    final DistinctKeys distinct = new DistinctKeys();
    tally.add(Sum.GROUPS, 1);
    for (int i = 0; i < trees.size(); i++) {
      distinct.add(trees.get(i));
      addTree(trees.get(i), tally);
      addLedger(trees.get(i), ledgers.get(i), tally);
    }
    tally.add(Sum.DISTINCT_L0, distinct.exactCount());
    tally.add(Sum.DISTINCT_L1, distinct.actionCount());
    addOutcomes(group, tally);
    tally.add(Sum.MASS, mass(trees));
  }

  private static void addTree(final TrajectoryTree tree, final TaskTally tally) {
    tally.add(Sum.TREES, 1);
    tally.add(Sum.TRUNKS, tree.draws());
    final boolean divided = tree.division() == Division.SYSTEMATIC && tree.draws() > 1;
    tally.add(Sum.DIVIDED_TREES, divided ? 1 : 0);
    tally.add(Sum.BIASED_TREES, isBiased(tree) ? 1 : 0);
    for (final Leaf leaf : tree.leaves()) {
      tally.add(Sum.LEAVES, 1);
      tally.add(Sum.DRAWS, leaf.draws());
      tally.add(Sum.COMPLETED, leaf.status() == LeafStatus.COMPLETED ? leaf.draws() : 0);
      tally.add(Sum.SCORED, leaf.isScored() ? leaf.draws() : 0);
      if (leaf.failure() != null) {
        tally.addFailure(leaf.failure().boundary().wireName(), leaf.draws());
      }
    }
    addSegments(tree, tally);
  }

  /** A stranger's policy that is not on the class path now says nothing of itself. */
  private static boolean isBiased(final TrajectoryTree tree) {
    final Plugs<PolicyPlug> policies = Plugs.of(PolicyPlug.KIND);
    return tree.nodes().stream()
        .filter(node -> node.branch() != null)
        .map(node -> node.branch().policy())
        .anyMatch(name -> policies.has(name) && policies.find(name).isBiased());
  }

  private static void addSegments(final TrajectoryTree tree, final TaskTally tally) {
    final int count = tree.nodes().size();
    final int[] forksAbove = new int[count];
    final int[] samplesBelow = samplesBelow(tree);
    for (int id = 0; id < count; id++) {
      final TrajectoryNode node = tree.node(id);
      if (id > 0) {
        final int above = tree.decidedChildren(node.parent()) > 1 ? 1 : 0;
        forksAbove[id] = forksAbove[node.parent()] + above;
        // An observation that ends the episode is shown to nobody and computed by nobody.
        final boolean isSeen = node.kind().isSampled() || tree.leafAt(id) < 0;
        final double chainTokens = isSeen ? (double) node.length() * samplesBelow[id] : 0;
        tally.addSegment(forksAbove[id], chainTokens);
        tally.add(Sum.CHAIN_TOKENS, chainTokens);
      }
      if (tree.decidedChildren(id) > 1) {
        tally.addFork(forksAbove[id], node.draws(), tree.decidedChildren(id));
      }
    }
  }

  /** Counts the samples that run through each node: chains would have computed it that often. */
  private static int[] samplesBelow(final TrajectoryTree tree) {
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

  /** Returns the sum over draws of the squared distance from the group's mean reward. */
  private static double mass(final List<TrajectoryTree> trees) {
    double count = 0;
    double sum = 0;
    double squares = 0;
    for (final TrajectoryTree tree : trees) {
      for (final Leaf leaf : tree.leaves()) {
        if (leaf.isScored()) {
          count += leaf.draws();
          sum += leaf.draws() * leaf.reward();
          squares += leaf.draws() * leaf.reward() * leaf.reward();
        }
      }
    }
    return count == 0 ? 0 : Math.max(0, squares - sum * sum / count);
  }

  private static void addOutcomes(final TrajectoryGroup group, final TaskTally tally) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    double draws = 0;
    double value = 0;
    int before = 0;
    final List<TreeMoments> moments = new ArrayList<>();
    for (final TrajectoryTree tree : group.trees()) {
      final TreeRewards rewards = TreeRewards.of(tree);
      // A draw that was made because of rewards would bias their mean.
      final boolean isUnbiased = before < group.sizing().unbiased();
      before += tree.draws();
      moments.add(TreeMoments.of(tree));
      if (rewards.mass() > 0) {
        least = Math.min(least, rewards.least());
        most = Math.max(most, rewards.most());
        if (isUnbiased) {
          draws += tree.draws();
          value += tree.draws() * rewards.weighted() / rewards.mass();
        }
      }
    }
    tally.samples().add(moments);
    tally.add(Sum.MIXED_GROUPS, most > least ? 1 : 0);
    tally.add(Sum.SOLVED_GROUPS, most >= 1 ? 1 : 0);
    if (draws > 0) {
      tally.add(Sum.GROUP_VALUES, value / draws);
      tally.add(Sum.VALUED_GROUPS, 1);
    }
  }

  /** Holds the rewards of one tree by path weight, and their range. */
  private record TreeRewards(double mass, double weighted, double least, double most) {
    static TreeRewards of(final TrajectoryTree tree) {
      double mass = 0;
      double weighted = 0;
      double least = Double.POSITIVE_INFINITY;
      double most = Double.NEGATIVE_INFINITY;
      for (final Leaf leaf : tree.leaves()) {
        if (leaf.isScored()) {
          final double weight = tree.pathWeight(leaf.node());
          mass += weight;
          weighted += weight * leaf.reward();
          least = Math.min(least, leaf.reward());
          most = Math.max(most, leaf.reward());
        }
      }
      return new TreeRewards(mass, weighted, least, most);
    }
  }
}
