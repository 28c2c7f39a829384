package dev.coppice.credit.tree;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.SubtreeValues;
import dev.coppice.credit.shared.LossAggregation;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.credit.shared.SharedTokens;
import dev.coppice.trajectory.TrajectoryGroup;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Asks of a million random trees whether values and policy gradients are right on average.
 *
 * <p>Worlds of three binary decisions: a policy at each of 7 states, a chance of reward at each of
 * 8 ends, both redrawn every 1,000 trees. The gradient at a state is {@code sum_n weight(n) A(n)
 * (x_n - p)}; its truth is known in closed form.
 */
class CoppiceMonteCarloTest {
  private static final long SEED = 20261121L;
  private static final int GROUPS = 700_000;
  private static final int GROUPS_PER_WORLD = 1_000;

  /** Running mean and error of the difference between estimate and truth. */
  private static final class Bias {
    private long count;
    private double sum;
    private double squares;

    void add(final double difference) {
      count++;
      sum += difference;
      squares += difference * difference;
    }

    double mean() {
      return sum / count;
    }

    double standardError() {
      return Math.sqrt((squares / count - mean() * mean()) / count);
    }

    double z() {
      return mean() / standardError();
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "bias %+.6f, standard error %.6f, z %+.2f", mean(), standardError(), z());
    }
  }

  /** One estimator's value of the prompt and its gradients at the 7 states. */
  private static final class Arm {
    private final AdvantageEstimator estimator;
    private final boolean byPath;
    private final Bias value = new Bias();
    private final Bias[] gradient = new Bias[ToyWorld.STATES];

    Arm(final boolean byPath) {
      this.byPath = byPath;
      estimator = Estimators.create("coppice", Map.of("weighting", byPath ? "path" : "uniform"));
      for (int s = 0; s < gradient.length; s++) {
        gradient[s] = new Bias();
      }
    }

    void add(final ToyWorld world, final ToyWorld.Draw draw, final Forest forest) {
      final TrajectoryGroup group = draw.group();
      final double[] rewards = forest.rewards();
      final SubtreeValues values =
          byPath
              ? SubtreeValues.overChildren(forest, rewards)
              : SubtreeValues.overLeaves(forest, rewards);
      value.add(values.value(forest.stem()) - world.value(0));
      final GroupAdvantages advantages = estimator.estimate(group);
      final double[] estimate = new double[ToyWorld.STATES];
      for (int t = 0; t < group.trees().size(); t++) {
        gradients(world, draw, t, advantages, estimate);
      }
      for (int s = 0; s < estimate.length; s++) {
        gradient[s].add(estimate[s] / group.trees().size() - world.gradient(s));
      }
    }

    private void gradients(
        final ToyWorld world,
        final ToyWorld.Draw draw,
        final int tree,
        final GroupAdvantages advantages,
        final double[] estimate) {
      final double[] weight = byPath ? draw.pathWeights(tree) : draw.leafShares(tree);
      for (int n = 1; n < weight.length; n++) {
        final int state = draw.state(tree, n);
        final double score = draw.choice(tree, n) - world.policy(state);
        estimate[state] += weight[n] * advantages.nodeValue(tree, n) * score;
      }
    }
  }

  @Test
  void shouldBeUnbiasedOverAMillionAdaptiveTrees() {
    final ToyWorld world = new ToyWorld(SEED);
    final Arm path = new Arm(true);
    final Arm uniform = new Arm(false);
    long trees = 0;
    for (int g = 0; g < GROUPS; g++) {
      if (g % GROUPS_PER_WORLD == 0) {
        world.redraw();
      }
      final ToyWorld.Draw draw = world.grow(ToyWorld.Trigger.PATH);
      final Forest forest = new Forest(draw.group());
      path.add(world, draw, forest);
      uniform.add(world, draw, forest);
      trees += draw.group().trees().size();
    }
    System.out.printf(Locale.ROOT, "%d trees, children decided from the path%n", trees);
    System.out.println("value by path        " + path.value);
    System.out.println("value uniform        " + uniform.value);
    for (int s = 0; s < ToyWorld.STATES; s++) {
      System.out.println("gradient " + s + " by path   " + path.gradient[s]);
      System.out.println("gradient " + s + " uniform   " + uniform.gradient[s]);
    }
    assertTrue(trees >= 1_000_000, "trees=" + trees);
    assertTrue(Math.abs(path.value.z()) < 3, "seed " + SEED + " " + path.value);
    for (int s = 0; s < ToyWorld.STATES; s++) {
      assertTrue(Math.abs(path.gradient[s].z()) < 3, "seed " + SEED + " " + path.gradient[s]);
    }
    assertTrue(uniform.value.z() > 30, "seed " + SEED + " " + uniform.value);
    assertTrue(uniform.gradient[0].z() < -5, "seed " + SEED + " " + uniform.gradient[0]);
  }

  /** The count looks at the child drawn first: even path weights cannot correct it (golden G19). */
  @Test
  void shouldShowTheBiasOfSurprisalTriggers() {
    final ToyWorld world = new ToyWorld(SEED);
    final Bias surprisal = new Bias();
    final Bias entropy = new Bias();
    for (int g = 0; g < 200_000; g++) {
      if (g % GROUPS_PER_WORLD == 0) {
        world.redraw();
      }
      surprisal.add(value(world, ToyWorld.Trigger.SURPRISAL));
      entropy.add(value(world, ToyWorld.Trigger.ENTROPY));
    }
    System.out.println("value, trigger on surprisal of the child  " + surprisal);
    System.out.println("value, trigger on entropy before sampling " + entropy);
    assertTrue(Math.abs(entropy.z()) < 3, "seed " + SEED + " " + entropy);
    assertTrue(Math.abs(surprisal.z()) > 30, "seed " + SEED + " " + surprisal);
  }

  private static double value(final ToyWorld world, final ToyWorld.Trigger trigger) {
    final Forest forest = new Forest(world.grow(trigger).group());
    return SubtreeValues.overChildren(forest, forest.rewards()).value(forest.stem())
        - world.value(0);
  }

  /** The weights the gradient is summed with are those the trainer gets. */
  @Test
  void shouldUseThePathWeightsThatTheTrainerGets() {
    final ToyWorld world = new ToyWorld(SEED);
    world.redraw();
    final ToyWorld.Draw draw = world.grow(ToyWorld.Trigger.PATH);
    final SharedTokens shared =
        new SharedTokens(draw.group(), SharedTokenRule.WEIGHTED, LossAggregation.TOKEN_MEAN);
    for (int t = 0; t < draw.group().trees().size(); t++) {
      final double[] weight = draw.pathWeights(t);
      for (int n = 0; n < weight.length; n++) {
        assertTrue(Math.abs(weight[n] - shared.pathWeight(t, n)) < 1e-15, "node " + n);
      }
    }
  }
}
