package dev.coppice.training.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchHalvesTest {
  private static final int SIZE = 50;
  private static final int BATCHES = 4_000;
  private static final long SEED = 12;

  @Test
  void shouldTellSignalAndNoiseOfKnownGradientsWhateverTheParts() {
    for (final double part : new double[] {0.5, 0.3, 0.8}) {
      final Random random = new Random(SEED);
      double signal = 0;
      double noise = 0;
      for (int batch = 0; batch < BATCHES; batch++) {
        final float[] first = gradient(random, part);
        final float[] whole = gradient(random, 1 - part);
        for (int i = 0; i < SIZE; i++) {
          whole[i] += first[i];
        }
        final UpdateReport.Halves halves = BatchHalves.compare(first, whole, part);
        signal += halves.signal() / BATCHES;
        noise += halves.noise() / BATCHES;
      }
      // The true gradient has the square SIZE * 0.2^2 = 2, a whole batch's noise SIZE * 0.5^2 =
      // 12.5.
      assertEquals(2.0, signal, 0.15, "signal at part " + part + ", seed " + SEED);
      assertEquals(12.5, noise, 0.2, "noise at part " + part + ", seed " + SEED);
    }
  }

  /** The part of a batch's gradient that so many of its groups have. */
  private static float[] gradient(final Random random, final double part) {
    final float[] gradient = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      gradient[i] = (float) (0.2 * part + 0.5 * Math.sqrt(part) * random.nextGaussian());
    }
    return gradient;
  }

  @Test
  void shouldCutAtThePassNearestTheMiddleAndTellNothingOfOne() {
    final BatchHalves halves =
        new BatchHalves(List.of(pass(1f), pass(1f), pass(1f), pass(2f), pass(1f)));
    assertFalse(halves.isDueAfter(1));
    assertFalse(halves.isDueAfter(2));
    assertTrue(halves.isDueAfter(3), "3 of 6 lie before it");
    assertTrue(halves.isDueAfter(5));
    assertFalse(halves.told().tell());

    final BatchHalves one = new BatchHalves(List.of(pass(1f)));
    assertFalse(one.isDueAfter(1));
    assertFalse(one.told().tell());
  }

  private static List<PolicyTree> pass(final float weight) {
    final float[] up = {0, weight};
    final PolicyNode.Coefficients coefficients =
        new PolicyNode.Coefficients(up, new float[2], up, null);
    return List.of(
        new PolicyTree(
            List.of(new PolicyNode(-1, new int[] {1, 2}, new float[2], coefficients, null))));
  }
}
