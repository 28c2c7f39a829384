package dev.coppice.credit.rho;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TrunkAnovaTest {
  private static final long SEED = 7L;

  /** Rewards = task + trunk + rest, with the trunk's share of the variance planted. */
  private static TrunkAnova planted(final double rho, final boolean unequal) {
    final Random random = new Random(SEED);
    final TrunkAnova anova = new TrunkAnova();
    for (int task = 0; task < 500; task++) {
      final double level = 5 * random.nextGaussian();
      for (int trunk = 0; trunk < 4; trunk++) {
        final double shared = Math.sqrt(rho) * random.nextGaussian();
        final int size = unequal ? 1 + random.nextInt(6) : 4;
        for (int i = 0; i < size; i++) {
          final double rest = Math.sqrt(1 - rho) * random.nextGaussian();
          anova.add("task/" + task, trunk, level + shared + rest);
        }
      }
    }
    return anova;
  }

  @Test
  void shouldFindThePlantedShareWhateverTheTasksAndClusterSizes() {
    for (final double rho : new double[] {0.0, 0.05, 0.2, 0.5, 0.9}) {
      for (final boolean unequal : new boolean[] {false, true}) {
        final TrunkAnova anova = planted(rho, unequal);
        assertEquals(rho, anova.rhoRaw(), 0.03, "seed " + SEED + " rho " + rho + " " + unequal);
      }
    }
  }

  @Test
  void shouldGiveTheOptimumOfTheShareItMeasured() {
    final double rho = planted(0.2, false).rho();

    assertEquals(4.0, Continuations.optimum(0.8, rho), 0.4, "seed " + SEED);
    assertEquals(4, Continuations.best(0.8, rho, 16));
    assertEquals(1, Continuations.best(0.2, rho, 16));
  }

  @Test
  void shouldMatchASmallTableWorkedOutByHand() {
    final TrunkAnova anova = new TrunkAnova();
    anova.add("t", 0, 1);
    anova.add("t", 0, 3);
    anova.add("t", 1, 5);
    anova.add("t", 1, 7);
    anova.add("t", 1, 9);
    anova.add("t", 2, Double.NaN);

    // SSB = 2*(2-5)^2 + 3*(7-5)^2 = 30, MSW = (2 + 8)/3, m0 = 5 - 13/5.
    final double within = 10.0 / 3;
    final double between = (30 - within) / 2.4;
    assertEquals(between / (between + within), anova.rhoRaw(), 1e-12);
  }

  @Test
  void shouldClipANegativeShare() {
    final TrunkAnova anova = new TrunkAnova();
    for (int trunk = 0; trunk < 2; trunk++) {
      anova.add("t", trunk, 0);
      anova.add("t", trunk, 1);
    }

    assertTrue(anova.rhoRaw() < 0);
    assertEquals(0.0, anova.rho());
  }

  @Test
  void shouldSayNothingWithoutEvidence() {
    final TrunkAnova chains = new TrunkAnova();
    for (int trunk = 0; trunk < 3; trunk++) {
      chains.add("t", trunk, trunk % 2);
    }

    assertFalse(chains.isShared());
    assertTrue(Double.isNaN(chains.rho()));
    assertTrue(Double.isNaN(new TrunkAnova().rho()));
    assertEquals(1, Continuations.best(0.8, chains.rho(), 16));
    assertThrows(
        IllegalArgumentException.class, () -> chains.add("t", 0, Double.NEGATIVE_INFINITY));
  }

  @Test
  void shouldAddUpEstimatesOfOtherTasksToTheSameBits() {
    final Random random = new Random(SEED);
    final TrunkAnova whole = new TrunkAnova();
    final TrunkAnova sum = new TrunkAnova();
    for (int task = 0; task < 20; task++) {
      final TrunkAnova one = new TrunkAnova();
      for (int i = 0; i < 12; i++) {
        final long trunk = random.nextInt(4);
        final double reward = random.nextDouble();
        one.add("task/" + task, trunk, reward);
        whole.add("task/" + task, trunk, reward);
      }
      sum.addTasks(one);
    }

    assertTrue(sum.isShared());
    assertEquals(whole.rhoRaw(), sum.rhoRaw(), "seed " + SEED);
    assertThrows(IllegalArgumentException.class, () -> sum.addTasks(whole));
  }

  @Test
  void shouldRefuseSharesOutOfRange() {
    assertThrows(IllegalArgumentException.class, () -> Continuations.optimum(1.0, 0.5));
    assertThrows(IllegalArgumentException.class, () -> Continuations.gain(0.5, 1.5));
    assertEquals(16, Continuations.best(0.8, 0.0, 16));
    assertEquals(1, Continuations.best(0.8, 1.0, 16));
  }
}
