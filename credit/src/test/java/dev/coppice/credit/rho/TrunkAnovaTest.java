package dev.coppice.credit.rho;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.credit.fixture.TreeScript;
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
    assertEquals(5, anova.count());
    assertEquals(2.4, anova.m0(), 1e-12);
    assertEquals(between / (between + within), anova.rhoRaw(), 1e-12);
    assertEquals(1 + (13 / 5.0 - 1) * anova.rho(), anova.designEffect(), 1e-12);
    assertEquals(5 / anova.designEffect(), anova.effectiveSampleSize(), 1e-12);
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
    assertEquals(1.0, anova.designEffect());
  }

  @Test
  void shouldSayNothingWithoutEvidenceAndCountChainsAsIndependent() {
    final TrunkAnova chains = new TrunkAnova();
    chains.addGroup(TreeScript.chains(1, 0, 1));

    assertTrue(Double.isNaN(chains.rho()));
    assertEquals(1.0, chains.designEffect());
    assertEquals(3.0, chains.effectiveSampleSize());
    assertEquals(0.0, new TrunkAnova().effectiveSampleSize());
    assertEquals(1, Continuations.best(0.8, chains.rho(), 16));
    assertThrows(
        IllegalArgumentException.class, () -> chains.add("t", 0, Double.NEGATIVE_INFINITY));
  }

  @Test
  void shouldTakeTheDeepestForkOfATreeAsTrunk() {
    final TreeScript script = new TreeScript(0);
    for (int trunk = 0; trunk < 2; trunk++) {
      final int fork = script.observation(script.action(0, 2));
      script.leaf(script.action(fork, 1), trunk).leaf(script.action(fork, 1), trunk);
    }
    final TrunkAnova anova = new TrunkAnova();
    anova.addGroup(script.group());

    assertEquals(1.0, anova.rho());
    assertEquals(2.0, anova.m0());
    assertEquals(2.0, anova.effectiveSampleSize());
  }

  @Test
  void shouldRefuseSharesOutOfRange() {
    assertThrows(IllegalArgumentException.class, () -> Continuations.optimum(1.0, 0.5));
    assertThrows(IllegalArgumentException.class, () -> Continuations.gain(0.5, 1.5));
    assertEquals(16, Continuations.best(0.8, 0.0, 16));
    assertEquals(1, Continuations.best(0.8, 1.0, 16));
  }
}
