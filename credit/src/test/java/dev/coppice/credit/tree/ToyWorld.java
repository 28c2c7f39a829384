package dev.coppice.credit.tree;

import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A world of three binary decisions whose values and gradients are known in closed form. */
final class ToyWorld {
  static final int STATES = 7;

  /** Says what a node's number of children is decided from. */
  enum Trigger {
    /** The path up to the node: more where its value is high. */
    PATH,
    /** The entropy of the next decision, before it is drawn. */
    ENTROPY,
    /** The surprisal of the child drawn first. */
    SURPRISAL
  }

  private static final int ENDS = 8;
  private static final Task TASK = new Task("toy/1", "{}");
  private static final int[] TOKEN = new int[1];
  private static final float[] LOGPROB = new float[1];
  private static final TrajectoryNode PROMPT = TrajectoryNode.prompt(TOKEN);

  private final SplittableRandom random;
  private final double[] policy = new double[STATES];
  private final double[] value = new double[STATES + ENDS];

  ToyWorld(final long seed) {
    random = new SplittableRandom(seed);
  }

  /**
   * Draws rewards, and a policy that has begun to learn: the better choice is the likelier. States
   * stand as in a heap, the children of s at 2s+1 and 2s+2.
   */
  void redraw() {
    for (int s = STATES; s < STATES + ENDS; s++) {
      value[s] = random.nextDouble();
    }
    for (int s = STATES - 1; s >= 0; s--) {
      final double likelier = 0.5 + 0.35 * random.nextDouble();
      policy[s] = value[2 * s + 2] > value[2 * s + 1] ? likelier : 1 - likelier;
      value[s] = (1 - policy[s]) * value[2 * s + 1] + policy[s] * value[2 * s + 2];
    }
  }

  double policy(final int state) {
    return policy[state];
  }

  double value(final int state) {
    return value[state];
  }

  /** Derivative of the prompt's value by the logit of the second choice at a state. */
  double gradient(final int state) {
    double reach = 1.0;
    for (int s = state; s > 0; s = (s - 1) / 2) {
      final double p = policy[(s - 1) / 2];
      reach *= s % 2 == 0 ? p : 1 - p;
    }
    final double p = policy[state];
    return reach * p * (1 - p) * (value[2 * state + 2] - value[2 * state + 1]);
  }

  /** Grows a group of one or two trees. */
  Draw grow(final Trigger trigger) {
    final int count = 1 + random.nextInt(2);
    final List<TrajectoryTree> trees = new ArrayList<>(count);
    final Growth[] grown = new Growth[count];
    for (int t = 0; t < count; t++) {
      grown[t] = new Growth(trigger);
      grown[t].expand(0, 0);
      trees.add(
          new TrajectoryTree(
              new TrajectoryTree.Origin("run", "g", t),
              TASK,
              SamplingSettings.PLAIN,
              grown[t].nodes,
              List.of(),
              grown[t].leaves));
    }
    return new Draw(new TrajectoryGroup("g", TASK, trees), grown);
  }

  /** A group and what was decided at each of its nodes. */
  record Draw(TrajectoryGroup group, Growth[] grown) {
    /** The state a node was drawn in. */
    int state(final int tree, final int node) {
      return (grown[tree].after[node] - 1) / 2;
    }

    /** 1 if the node took the second choice. */
    int choice(final int tree, final int node) {
      return grown[tree].after[node] % 2 == 0 ? 1 : 0;
    }

    double[] pathWeights(final int tree) {
      final TrajectoryTree source = group.trees().get(tree);
      final double[] weight = new double[source.nodes().size()];
      weight[0] = 1.0;
      for (int n = 1; n < weight.length; n++) {
        final int parent = source.node(n).parent();
        weight[n] = weight[parent] / source.childCount(parent);
      }
      return weight;
    }

    /** What rows of equal weight amount to. */
    double[] leafShares(final int tree) {
      final TrajectoryTree source = group.trees().get(tree);
      final double[] share = new double[source.nodes().size()];
      for (final Leaf leaf : source.leaves()) {
        share[leaf.node()] = 1.0 / source.leaves().size();
      }
      for (int n = share.length - 1; n > 0; n--) {
        share[source.node(n).parent()] += share[n];
      }
      return share;
    }
  }

  /** One tree while it grows. */
  final class Growth {
    private final Trigger trigger;
    private final List<TrajectoryNode> nodes = new ArrayList<>(16);
    private final List<Leaf> leaves = new ArrayList<>(16);
    private int[] after = new int[64];

    Growth(final Trigger trigger) {
      this.trigger = trigger;
      nodes.add(PROMPT);
    }

    void expand(final int node, final int state) {
      int children = decide(state);
      for (int c = 0; c < children; c++) {
        final boolean second = random.nextDouble() < policy[state];
        if (trigger == Trigger.SURPRISAL && c == 0) {
          children = (second ? policy[state] : 1 - policy[state]) < 0.4 ? 3 : 1;
        }
        final int next = 2 * state + (second ? 2 : 1);
        final int id = nodes.size();
        if (id == after.length) {
          after = Arrays.copyOf(after, 2 * id);
        }
        after[id] = next;
        nodes.add(TrajectoryNode.action(id, node, TOKEN, LOGPROB));
        if (next < STATES) {
          expand(id, next);
        } else {
          end(id, random.nextDouble() < value[next] ? 1.0 : 0.0);
        }
      }
    }

    private int decide(final int state) {
      final int coin = random.nextInt(2);
      return switch (trigger) {
        case PATH -> state == 0 ? 2 : value[state] > 0.5 ? 2 + coin : 1;
        case ENTROPY -> Math.abs(policy[state] - 0.5) < 0.15 ? 3 : 1;
        case SURPRISAL -> 1;
      };
    }

    private void end(final int node, final double reward) {
      leaves.add(
          new Leaf(node, LeafStatus.COMPLETED, StopReason.EOS, reward, Map.of(), null, null));
    }
  }
}
