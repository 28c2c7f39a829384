package dev.coppice.bench.creditcheck;

import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds how the policy went on from the start of a turn: what it sampled in it, and what came of it.
 *
 * @thread one writer.
 */
final class TurnSamples {
  /** Fewer samples say too little of a place within a turn. */
  private static final int LEAST = 30;

  private final List<Sample> samples = new ArrayList<>();

  /** One or more samples with the same turn and reward. */
  private record Sample(int[] turn, double reward, int draws) {}

  /** Adds the scored samples of a group that began at the turn. */
  void add(final TrajectoryGroup group) {
    for (final TrajectoryTree tree : group.trees()) {
      for (final Leaf leaf : tree.leaves()) {
        if (leaf.isScored()) {
          samples.add(new Sample(firstTurn(tree, leaf.node()), leaf.reward(), leaf.draws()));
        }
      }
    }
  }

  private static int[] firstTurn(final TrajectoryTree tree, final int end) {
    final List<TrajectoryNode> path = new ArrayList<>();
    for (int id = end; id > 0; id = tree.node(id).parent()) {
      path.add(tree.node(id));
    }
    int length = 0;
    int nodes = 0;
    for (final TrajectoryNode node : path.reversed()) {
      if (node.kind() == NodeKind.OBSERVATION) {
        break;
      }
      length += node.length();
      nodes++;
    }
    final int[] turn = new int[length];
    int at = 0;
    for (final TrajectoryNode node : path.reversed().subList(0, nodes)) {
      System.arraycopy(node.tokens(), 0, turn, at, node.length());
      at += node.length();
    }
    return turn;
  }

  /** Returns the mean reward of all samples; {@code NaN} without any. */
  double mean() {
    return mean(new int[0], 1);
  }

  /** Returns the mean reward of those that began with some tokens; {@code NaN} if they are too few. */
  double meanAfter(final int[] beginning) {
    return mean(beginning, LEAST);
  }

  private double mean(final int[] beginning, final int least) {
    double sum = 0;
    int count = 0;
    for (final Sample sample : samples) {
      if (startsWith(sample.turn(), beginning)) {
        sum += sample.draws() * sample.reward();
        count += sample.draws();
      }
    }
    return count < least ? Double.NaN : sum / count;
  }

  private static boolean startsWith(final int[] turn, final int[] beginning) {
    if (turn.length < beginning.length) {
      return false;
    }
    for (int i = 0; i < beginning.length; i++) {
      if (turn[i] != beginning[i]) {
        return false;
      }
    }
    return true;
  }
}
