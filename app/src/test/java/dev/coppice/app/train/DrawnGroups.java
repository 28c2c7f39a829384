package dev.coppice.app.train;

import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.TreePacker;
import dev.coppice.training.policy.PolicyNode;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** Draws a tree whose nodes stand for several samples, and the same samples as chains apart. */
final class DrawnGroups {
  private static final int MAX_DEPTH = 6;

  private final Random random;
  private final boolean byLeaf;
  private final List<TrajectoryNode> nodes = new ArrayList<>();
  private final List<Leaf> leaves = new ArrayList<>();
  private final List<Double> advantages = new ArrayList<>();
  private final List<TrajectoryTree> chains = new ArrayList<>();
  private final List<CreditBlock> chainCredit = new ArrayList<>();

  DrawnGroups(final long seed, final boolean byLeaf) {
    this.random = new Random(seed);
    this.byLeaf = byLeaf;
    final int draws = 1 + random.nextInt(9);
    nodes.add(TrajectoryNode.prompt(new int[] {1, 2}).with(draws, Set.of()));
    advantages.add(0.0);
    grow(0, draws, 1);
    final TrajectoryTree tree = tree(0, nodes, leaves);
    for (final Leaf leaf : leaves) {
      for (int draw = 0; draw < leaf.draws(); draw++) {
        addChain(tree, leaf);
      }
    }
  }

  /** Divides the draws of a node at random; each token id stands in one node alone. */
  private void grow(final int parent, final int draws, final int depth) {
    int left = draws;
    while (left > 0) {
      final int part = 1 + random.nextInt(left);
      left -= part;
      final int id = nodes.size();
      final int[] tokens = {10 * id, 10 * id + 1};
      nodes.add(TrajectoryNode.action(id, parent, tokens, new float[2]).with(part, Set.of()));
      advantages.add(random.nextGaussian());
      if (depth == MAX_DEPTH || random.nextInt(3) == 0) {
        leaves.add(leaf(id, part, random.nextInt(4) == 0 ? Double.NaN : random.nextInt(2)));
      } else {
        grow(id, part, depth + 1);
      }
    }
  }

  private static Leaf leaf(final int node, final int draws, final double reward) {
    return new Leaf(
        node, LeafStatus.COMPLETED, StopReason.EOS, reward, Map.of(), null, null, draws);
  }

  private void addChain(final TrajectoryTree tree, final Leaf leaf) {
    final List<Integer> path = new ArrayList<>();
    for (int id = leaf.node(); id >= 0; id = tree.node(id).parent()) {
      path.addFirst(id);
    }
    final List<TrajectoryNode> own = new ArrayList<>();
    own.add(TrajectoryNode.prompt(new int[] {1, 2}));
    final List<CreditBlock.NodeAdvantages> given = new ArrayList<>();
    for (int i = 1; i < path.size(); i++) {
      own.add(TrajectoryNode.action(i, i - 1, tree.node(path.get(i)).tokens(), new float[2]));
      given.add(nodeAdvantage(i, path.get(i)));
    }
    final Leaf end = leaf(path.size() - 1, 1, leaf.reward());
    chains.add(tree(chains.size(), own, List.of(end)));
    chainCredit.add(block(given, List.of(end), List.of(leaf)));
  }

  private CreditBlock.NodeAdvantages nodeAdvantage(final int id, final int source) {
    final float advantage = advantages.get(source).floatValue();
    return new CreditBlock.NodeAdvantages(id, new float[] {advantage, -advantage / 2});
  }

  private CreditBlock block(
      final List<CreditBlock.NodeAdvantages> forNodes,
      final List<Leaf> ends,
      final List<Leaf> sources) {
    final List<CreditBlock.LeafAdvantage> forLeaves = new ArrayList<>();
    for (int i = 0; i < ends.size() && byLeaf; i++) {
      if (ends.get(i).isScored()) {
        final double scalar = advantages.get(sources.get(i).node());
        forLeaves.add(new CreditBlock.LeafAdvantage(ends.get(i).node(), scalar));
      }
    }
    return new CreditBlock("drawn", Map.of(), forNodes, forLeaves);
  }

  private static TrajectoryTree tree(
      final int place, final List<TrajectoryNode> nodes, final List<Leaf> leaves) {
    return new TrajectoryTree(
        new TrajectoryTree.Origin("run", "g1", place),
        new Task("t", "{}"),
        SamplingSettings.PLAIN,
        nodes,
        List.of(),
        leaves);
  }

  PackedGroup coalesced() {
    final List<CreditBlock.NodeAdvantages> given = new ArrayList<>();
    for (int id = 1; id < nodes.size(); id++) {
      given.add(nodeAdvantage(id, id));
    }
    return packed(List.of(tree(0, nodes, leaves)), List.of(block(given, leaves, leaves)));
  }

  PackedGroup separate() {
    return packed(chains, chainCredit);
  }

  private static PackedGroup packed(
      final List<TrajectoryTree> trees, final List<CreditBlock> credit) {
    final TrajectoryGroup group = new TrajectoryGroup("g1", trees.getFirst().task(), trees);
    return TreePacker.pack(new CreditedGroup(group, credit));
  }

  /** Sums what is pushed up, pushed down and weighed by token id, whatever rows it stands in. */
  static Map<Integer, double[]> byToken(final TrainingBatch batch) {
    final Map<Integer, double[]> sums = new TreeMap<>();
    batch.trees().forEach(tree -> tree.nodes().forEach(node -> add(node, sums)));
    sums.values().removeIf(sum -> sum[2] == 0);
    return sums;
  }

  private static void add(final PolicyNode node, final Map<Integer, double[]> sums) {
    for (int i = 0; i < node.tokens().length; i++) {
      final double[] sum = sums.computeIfAbsent(node.tokens()[i], token -> new double[3]);
      sum[0] += node.coefficients().positive()[i];
      sum[1] += node.coefficients().negative()[i];
      sum[2] += node.coefficients().weight()[i];
    }
  }
}
