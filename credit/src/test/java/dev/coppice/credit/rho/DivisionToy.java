package dev.coppice.credit.rho;

import dev.coppice.trajectory.BranchDecision;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Grows trees of every shape in a world of four turns and three tokens whose values are known. */
final class DivisionToy {
  private static final int TOKENS = 3;
  private static final int TURNS = 4;
  private static final int ENDS = 81;

  private final double[][] chances = new double[TURNS][ENDS * TOKENS];
  private final double[] rewards = new double[ENDS];

  /** Says how trees grow. */
  record Shape(int draws, int[] children, boolean nested, boolean coalesced, boolean systematic) {}

  DivisionToy(final long seed) {
    final SplittableRandom random = new SplittableRandom(seed);
    for (final double[] turn : chances) {
      for (int i = 0; i < turn.length; i++) {
        turn[i] = 0.05 + random.nextDouble() * random.nextDouble();
      }
    }
    for (int i = 0; i < ENDS; i++) {
      rewards[i] = random.nextDouble() < 0.4 ? 1 : 0;
    }
  }

  /** Returns the exact mean reward of one sample. */
  double mean() {
    return mean(0, 0);
  }

  private double mean(final int turn, final int path) {
    if (turn == TURNS) {
      return rewards[path];
    }
    double mean = 0;
    for (int token = 0; token < TOKENS; token++) {
      mean += chance(turn, path, token) * mean(turn + 1, path * TOKENS + token);
    }
    return mean;
  }

  private double chance(final int turn, final int path, final int token) {
    final double[] all = chances[turn];
    double sum = 0;
    for (int i = 0; i < TOKENS; i++) {
      sum += all[path * TOKENS + i];
    }
    return all[path * TOKENS + token] / sum;
  }

  TrajectoryTree tree(final Shape shape, final SplittableRandom random) {
    final Growing growing = new Growing(shape, random);
    growing.nodes.add(TrajectoryNode.prompt(new int[] {7}).with(shape.draws(), Set.of()));
    growing.grow(0, 0, 0, shape.draws());
    return growing.finish();
  }

  private final class Growing {
    private final List<TrajectoryNode> nodes = new ArrayList<>();
    private final List<Leaf> leaves = new ArrayList<>();
    private final Shape shape;
    private final SplittableRandom random;

    Growing(final Shape shape, final SplittableRandom random) {
      this.shape = shape;
      this.random = random;
    }

    void grow(final int node, final int turn, final int path, final int draws) {
      if (turn == TURNS) {
        leaves.add(
            new Leaf(
                node,
                LeafStatus.COMPLETED,
                StopReason.ANSWER,
                rewards[path],
                Map.of(),
                "" + path,
                null,
                draws));
        return;
      }
      // Nested shapes fork on a third of the paths alone, as an entropy would.
      final boolean forks = !shape.nested() || turn == 0 || path % TOKENS == 1;
      final int children = forks ? shape.children()[turn] : 1;
      final int[] counts = divide(turn, path, draws * children);
      if (children > 1) {
        nodes.set(node, decided(nodes.get(node), children));
      }
      for (int token = 0; token < TOKENS; token++) {
        final int copies = shape.coalesced() ? Math.min(1, counts[token]) : counts[token];
        for (int i = 0; i < copies; i++) {
          final int id = nodes.size();
          final int part = counts[token] / copies;
          nodes.add(
              TrajectoryNode.action(id, node, new int[] {token}, new float[1])
                  .with(part, Set.of()));
          grow(id, turn + 1, path * TOKENS + token, part);
        }
      }
    }

    private int[] divide(final int turn, final int path, final int draws) {
      final int[] counts = new int[TOKENS];
      final double common = random.nextDouble();
      for (int i = 0; i < draws; i++) {
        double u = shape.systematic() ? (i + common) / draws : random.nextDouble();
        int token = 0;
        while (token < TOKENS - 1 && u >= chance(turn, path, token)) {
          u -= chance(turn, path, token++);
        }
        counts[token]++;
      }
      return counts;
    }

    TrajectoryTree finish() {
      return new TrajectoryTree(
          new TrajectoryTree.Origin("toy", "g0", 0),
          new Task("toy/0", "{}"),
          SamplingSettings.PLAIN,
          nodes,
          List.of(),
          leaves);
    }
  }

  private static TrajectoryNode decided(final TrajectoryNode node, final int children) {
    return new TrajectoryNode(
        node.id(),
        node.parent(),
        node.kind(),
        node.tokens(),
        node.logprobs(),
        List.of(),
        node.kind() == NodeKind.ACTION ? TrajectoryNode.VersionRun.all(0, 1) : List.of(),
        0,
        0,
        null,
        new BranchDecision("toy", children, 0),
        0,
        Span.NO_CALL,
        node.draws(),
        Set.of(),
        TrajectoryNode.Kept.NONE);
  }
}
