package dev.coppice.credit.share;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LambdaRuleTest {
  private static final int SIZE = 200;
  private static final int RUNS = 200;
  private static final long SEED = 41;

  @Test
  void shouldWeighTurnsWhileTheNoiseOfKnownGradientsExceedsTheBias() {
    // The true gradient has the square 1; noise of a batch over it, turns being weighed.
    assertEquals(1.0, shareOfWeighed(1.0), "far above the bias");
    assertEquals(1.0, shareOfWeighed(0.10));
    assertEquals(0.0, shareOfWeighed(0.025));
    assertEquals(0.0, shareOfWeighed(0.001), "far below it");
    final double near = shareOfWeighed(LambdaRule.BIAS_SQUARED);
    assertTrue(near > 0.2 && near < 0.8, "at the bias itself chance decides: " + near);
  }

  /** Runs the rule on synthetic halves; without shares their noise is that much larger. */
  private static double shareOfWeighed(final double noise) {
    final Random random = new Random(SEED);
    int weighed = 0;
    for (int run = 0; run < RUNS; run++) {
      LambdaRule rule = LambdaRule.START;
      for (int batch = 0; batch < 3 * LambdaRule.MEMORY; batch++) {
        rule = after(rule, rule.weighs() ? noise : noise * LambdaRule.NOISE_WITHOUT, random);
      }
      weighed += rule.weighs() ? 1 : 0;
    }
    return (double) weighed / RUNS;
  }

  private static LambdaRule after(final LambdaRule rule, final double noise, final Random random) {
    double signal = 0;
    double distance = 0;
    for (int i = 0; i < SIZE; i++) {
      final double truth = 1 / Math.sqrt(SIZE);
      final double sd = Math.sqrt(2 * noise / SIZE);
      final double u = truth + sd * random.nextGaussian();
      final double v = truth + sd * random.nextGaussian();
      signal += u * v;
      distance += (u - v) * (u - v);
    }
    return rule.after(signal, distance / 4);
  }

  @Test
  void shouldWeighUntilEnoughBatchesToldAndWhereNoSignalIsSeen() {
    LambdaRule rule = LambdaRule.START;
    for (int batch = 0; batch < LambdaRule.ENOUGH; batch++) {
      assertTrue(rule.weighs(), "after " + batch);
      rule = rule.after(1, 0.001);
    }
    assertFalse(rule.weighs());

    final LambdaRule blind = new LambdaRule(9, -0.1, 0.2);
    assertTrue(blind.weighs());
    assertEquals(Double.POSITIVE_INFINITY, blind.noiseOverSignal());
  }

  @Test
  void shouldForgetAndComeBack() {
    LambdaRule rule = LambdaRule.START;
    for (int batch = 0; batch < 10; batch++) {
      rule = rule.after(1, 0.001);
    }
    assertFalse(rule.weighs());
    for (int batch = 0; batch < 3 * LambdaRule.MEMORY; batch++) {
      rule = rule.after(0.01, 0.5);
    }
    assertTrue(rule.weighs());
  }
}
