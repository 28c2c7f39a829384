package dev.coppice.bench.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bench.simulation.SimulatedGroup.Shape;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.draw.Division;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Holds the mean gradient of turn-share against the exact one, feature by feature. */
class TurnShareBiasTest {
  private static final long SEED = 20261130L;
  private static final int GROUPS = 20_000;

  /** The largest distance of a feature from the truth, in standard errors. */
  private static double largestZ(final String call, final Shape shape) {
    final List<KnownWorld> worlds = KnownWorld.of("late", 1, SEED);
    final Map<String, String> learned = CreditSimulation.learned("late", worlds);
    final AdvantageEstimator estimator = CreditSimulation.create(call, learned);
    final SplittableRandom random = new SplittableRandom(SEED);
    final double[] sum = new double[KnownWorld.FEATURES];
    final double[] squares = new double[KnownWorld.FEATURES];
    for (int g = 0; g < GROUPS; g++) {
      final SimulatedGroup group = SimulatedGroup.draw(worlds.getFirst(), shape, random);
      final double[] got = group.gradient(estimator.estimate(group.group()));
      for (int f = 0; f < sum.length; f++) {
        sum[f] += got[f];
        squares[f] += got[f] * got[f];
      }
    }
    double largest = 0;
    for (int f = 0; f < sum.length; f++) {
      final double mean = sum[f] / GROUPS;
      final double error = Math.sqrt((squares[f] / GROUPS - mean * mean) / GROUPS);
      largest = Math.max(largest, Math.abs(mean - worlds.getFirst().gradient()[f]) / error);
    }
    System.out.printf(
        Locale.ROOT, "%s, %s: largest z of 16 features %.2f%n", call, shape.name(), largest);
    return largest;
  }

  @Test
  void shouldBeUnbiasedWithTheOutsideBaselineAndNoWeights() {
    final String call = "turn-share baseline=outside lambda=1";
    for (final Shape shape : CreditSimulation.shapes(4).subList(0, 4)) {
      // 3.9 is passed by one of 16 features once in 650 times.
      assertTrue(largestZ(call, shape) < 3.9, "seed " + SEED + " " + shape);
    }
  }

  @Test
  void shouldBeBiasedByItsWeights() {
    final Shape coalesced = new Shape("coalesced 16", 16, 1, 4, Division.INDEPENDENT);

    assertTrue(largestZ("turn-share", coalesced) > 10, "seed " + SEED);
  }

  /** One systematic trunk has nothing outside its first division: the mean of the group is biased. */
  @Test
  void shouldStateTheBiasOfOneSystematicDivision() {
    final Shape systematic = new Shape("systematic 8", 8, 1, 4, Division.SYSTEMATIC);

    largestZ("turn-share baseline=outside lambda=1", systematic);
    assertTrue(
        largestZ("turn-share", systematic)
            > largestZ("turn-share baseline=outside lambda=1", systematic),
        "seed " + SEED);
  }
}
