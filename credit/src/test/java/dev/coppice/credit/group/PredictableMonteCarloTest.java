package dev.coppice.credit.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.credit.fixture.TreeScript;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryGroup.Sizing;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where rewards decide when a group ends, sums with a predictable baseline stay unbiased. */
final class PredictableMonteCarloTest {
  private static final int GROUPS = 60_000;
  private static final double P = 0.3;
  private static final double SIGMAS = 4.5;

  /** Draws a group; rewards are Bernoulli, and grad log pi of a draw is {@code R - p}. */
  @FunctionalInterface
  private interface Rule {
    int more(int draws, int solved);
  }

  private static final Rule PROBE =
      (draws, solved) -> draws == 0 ? 4 : draws == 4 && solved > 0 && solved < 4 ? 12 : 0;
  private static final Rule UNTIL_MIXED =
      (draws, solved) -> draws == 0 ? 2 : (solved == 0 || solved == draws) && draws < 8 ? 1 : 0;

  @ParameterizedTest
  @ValueSource(strings = {"rloo", "coppice", "predictable", "predictable-wave"})
  void theSumHasTheExpectationOfDrawsTimesGradient(final String name) {
    final AdvantageEstimator estimator =
        name.equals("predictable-wave")
            ? Estimators.create("predictable", Map.of("against", "wave"))
            : Estimators.create(name, Map.of());
    for (final Rule rule : new Rule[] {PROBE, UNTIL_MIXED}) {
      final Moments moments = run(estimator, rule, true, 11);
      assertEquals(0, moments.mean(), SIGMAS * moments.error(), name + " seed=11");
    }
  }

  @Test
  void theMeanOfTheOthersIsBiasedWhereRewardsDecide() {
    // A group that does not say that rewards decided its size gets the plain leave-one-out.
    final AdvantageEstimator plain = Estimators.create("rloo", Map.of());
    final Moments probe = run(plain, PROBE, false, 12);
    final Moments untilMixed = run(plain, UNTIL_MIXED, false, 12);

    assertTrue(Math.abs(probe.mean()) > 8 * probe.error(), "probe " + probe.mean());
    assertTrue(Math.abs(untilMixed.mean()) > 8 * untilMixed.error(), "ada " + untilMixed.mean());
  }

  @Test
  void baselinesKnowEarlierDrawsAlone() {
    final TrajectoryGroup group = group(new double[] {1, 0, 1}, List.of(2, 1), true);
    final GroupAdvantages advantages = Estimators.create("predictable", Map.of()).estimate(group);

    assertEquals(1 - 0.5, advantages.leafAdvantage(0, 0), 1e-12);
    assertEquals(0 - (1 + 1.3 * 0.5) / 2.3, advantages.leafAdvantage(1, 0), 1e-12);
    assertEquals(1 - (1 + 1.3 * 0.5) / 3.3, advantages.leafAdvantage(2, 0), 1e-12);
  }

  /** Sums {@code sum A_i (R_i - p) - N p (1 - p)}, of expectation 0 where the sum is unbiased. */
  private static Moments run(
      final AdvantageEstimator estimator, final Rule rule, final boolean says, final long seed) {
    final SplittableRandom random = new SplittableRandom(seed);
    final Moments moments = new Moments();
    for (int i = 0; i < GROUPS; i++) {
      final double[] rewards = new double[16];
      final List<Integer> waves = new java.util.ArrayList<>();
      int draws = 0;
      int solved = 0;
      for (int more = rule.more(0, 0); more > 0; more = rule.more(draws, solved)) {
        waves.add(more);
        for (int end = draws + more; draws < end; draws++) {
          rewards[draws] = random.nextDouble() < P ? 1 : 0;
          solved += (int) rewards[draws];
        }
      }
      final GroupAdvantages advantages =
          estimator.estimate(group(java.util.Arrays.copyOf(rewards, draws), waves, says));
      double sum = -draws * P * (1 - P);
      for (int draw = 0; draw < draws; draw++) {
        sum += advantages.nodeValue(draw, 1) * (rewards[draw] - P);
      }
      moments.add(sum);
    }
    return moments;
  }

  private static TrajectoryGroup group(
      final double[] rewards, final List<Integer> waves, final boolean byOutcomes) {
    final TrajectoryGroup plain = TreeScript.chains(rewards);
    final Sizing sizing =
        new Sizing("probe", waves, waves.getFirst(), byOutcomes, Sizing.UNKNOWN, true);
    return new TrajectoryGroup(plain.id(), plain.task(), plain.trees(), sizing);
  }

  /** Mean and standard error. */
  private static final class Moments {
    private double count;
    private double sum;
    private double squares;

    void add(final double value) {
      count++;
      sum += value;
      squares += value * value;
    }

    double mean() {
      return sum / count;
    }

    double error() {
      return Math.sqrt((squares / count - mean() * mean()) / count);
    }
  }
}
