package dev.coppice.app.train;

import dev.coppice.training.demonstration.Demonstration;
import dev.coppice.training.demonstration.Demonstrations;
import dev.coppice.training.demonstration.TaskKind;
import dev.coppice.training.policy.PolicyNode;
import dev.coppice.training.policy.PolicyTree;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws the demonstrations that an update imitates beside its policy gradient.
 *
 * <p>Advantages among the leaves of one tree say nothing about what all leaves share, so a policy
 * trained on them alone may unlearn it slowly; a few demonstrations hold it.
 *
 * @param imitation how much, and how many.
 * @param kind of task.
 * @param seed of the run.
 */
record ImitationSampler(LoopSettings.Imitation imitation, TaskKind kind, long seed) {
  private static final long SEEDS = 77_000;

  /** Draws the demonstrations of an update, their coefficients adding up to the weight. */
  List<PolicyTree> of(final int update) {
    final int count = imitation.demonstrations();
    final List<Demonstration> drawn = new ArrayList<>();
    double weight = 0;
    for (int i = 0; i < count; i++) {
      final long index = (long) update * count + i;
      final Demonstration next = Demonstrations.demonstration(kind, SEEDS + seed, index);
      drawn.add(next);
      for (final float value : next.lossWeights()) {
        weight += value;
      }
    }
    final List<PolicyTree> trees = new ArrayList<>();
    for (final Demonstration one : drawn) {
      final float[] coefficients = new float[one.tokens().length];
      for (int i = 1; i < coefficients.length; i++) {
        coefficients[i] = (float) (imitation.weight() * one.lossWeights()[i] / weight);
      }
      trees.add(new PolicyTree(List.of(PolicyNode.demonstration(one.tokens(), coefficients))));
    }
    return trees;
  }
}
