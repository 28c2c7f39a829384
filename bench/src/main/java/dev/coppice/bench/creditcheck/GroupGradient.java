package dev.coppice.bench.creditcheck;

import dev.coppice.credit.GroupAdvantages;
import dev.coppice.training.policy.PolicyNode;
import dev.coppice.training.policy.PolicySettings;
import dev.coppice.training.policy.PolicyTrainer;
import dev.coppice.training.policy.PolicyTree;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes what a group says about the gradient of the expected reward, for all weights of a model.
 *
 * <p>A token weighs its advantage times the path weight of its node, trees by their draws, leaves
 * without a reward left out; nothing is clipped, since the weights are those it was sampled with.
 *
 * @thread one, which must be the one that made it.
 */
final class GroupGradient implements AutoCloseable {
  private final PolicyTrainer trainer;
  private final int parameters;

  private GroupGradient(final PolicyTrainer trainer, final int parameters) {
    this.trainer = trainer;
    this.parameters = parameters;
  }

  /** Gives the tokens of a node their advantages. */
  interface Advantages {
    /** Returns one advantage per token of a sampled node. */
    float[] of(int tree, int node);
  }

  static GroupGradient open(final Path model, final double temperature) {
    final PolicySettings plain = PolicySettings.DEFAULT;
    final PolicySettings settings =
        new PolicySettings(
            temperature,
            plain.clip(),
            new PolicySettings.Terms(0, 0),
            1,
            plain.microTokens(),
            plain.optimizer());
    final PolicyTrainer trainer = PolicyTrainer.open(model, settings);
    return new GroupGradient(trainer, Math.toIntExact(trainer.policy().shape().parameters()));
  }

  /** Returns the gradient with the advantages of an estimator. */
  float[] of(final GroupAdvantages advantages) {
    return of(advantages.group(), advantages::nodeAdvantages);
  }

  /** Returns the gradient with one advantage for all: the mean score of the samples. */
  float[] score(final TrajectoryGroup group) {
    return of(group, (tree, node) -> filled(group, tree, node, 1));
  }

  /** Returns the gradient with the mean reward below each node. */
  float[] rewarded(final TrajectoryGroup group) {
    final List<double[]> masses = masses(group, false);
    final List<double[]> rewards = masses(group, true);
    return of(
        group,
        (tree, node) -> {
          final double mass = masses.get(tree)[node];
          final double value = mass == 0 ? 0 : rewards.get(tree)[node] / mass;
          return filled(group, tree, node, value);
        });
  }

  /** Returns the mean reward of a group, by path weight and draws; {@code NaN} without any. */
  static double meanReward(final TrajectoryGroup group) {
    double mass = 0;
    double reward = 0;
    for (int tree = 0; tree < group.trees().size(); tree++) {
      mass += masses(group, false).get(tree)[0];
      reward += masses(group, true).get(tree)[0];
    }
    return reward / mass;
  }

  private static float[] filled(
      final TrajectoryGroup group, final int tree, final int node, final double value) {
    final float[] all = new float[group.trees().get(tree).node(node).length()];
    java.util.Arrays.fill(all, (float) value);
    return all;
  }

  private float[] of(final TrajectoryGroup group, final Advantages advantages) {
    final List<double[]> masses = masses(group, false);
    double whole = 0;
    for (final double[] tree : masses) {
      whole += tree[0];
    }
    boolean trains = false;
    final List<PolicyTree> trees = new ArrayList<>();
    for (int t = 0; t < group.trees().size(); t++) {
      final List<PolicyNode> nodes = new ArrayList<>();
      for (final TrajectoryNode node : group.trees().get(t).nodes()) {
        final double weight = whole == 0 ? 0 : masses.get(t)[node.id()] / whole;
        if (!node.kind().isSampled() || weight == 0) {
          nodes.add(PolicyNode.given(node.parent(), node.tokens()));
          continue;
        }
        final PolicyNode trained = trained(node, weight, advantages.of(t, node.id()));
        trains |= !isNothing(trained.coefficients());
        nodes.add(trained);
      }
      trees.add(new PolicyTree(nodes));
    }
    return trains ? trainer.gradient(trees) : new float[parameters];
  }

  private static PolicyNode trained(
      final TrajectoryNode node, final double weight, final float[] advantages) {
    final int n = node.length();
    final float[] positive = new float[n];
    final float[] negative = new float[n];
    final float[] weights = new float[n];
    for (int i = 0; i < n; i++) {
      final double coefficient = weight * advantages[i];
      positive[i] = (float) Math.max(0, coefficient);
      negative[i] = (float) Math.min(0, coefficient);
      weights[i] = (float) weight;
    }
    return new PolicyNode(
        node.parent(),
        node.tokens(),
        node.logprobs(),
        new PolicyNode.Coefficients(positive, negative, weights, null),
        null);
  }

  private static boolean isNothing(final PolicyNode.Coefficients coefficients) {
    for (int i = 0; i < coefficients.weight().length; i++) {
      if (coefficients.positive()[i] != 0 || coefficients.negative()[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Sums over the scored leaves below each node their draws' weight, or that times the reward. */
  private static List<double[]> masses(final TrajectoryGroup group, final boolean rewarded) {
    final List<double[]> all = new ArrayList<>();
    for (final TrajectoryTree tree : group.trees()) {
      final double[] mass = new double[tree.nodes().size()];
      for (final Leaf leaf : tree.leaves()) {
        if (leaf.isScored()) {
          final double weight = tree.draws() * tree.pathWeight(leaf.node());
          for (int id = leaf.node(); id >= 0; id = tree.node(id).parent()) {
            mass[id] += rewarded ? weight * leaf.reward() : weight;
          }
        }
      }
      all.add(mass);
    }
    return all;
  }

  @Override
  public void close() {
    trainer.close();
  }
}
