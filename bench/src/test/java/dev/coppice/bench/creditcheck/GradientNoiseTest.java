package dev.coppice.bench.creditcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Holds the noise against bandits whose gradients are known. */
class GradientNoiseTest {
  private static final int ARMS = 4;
  private static final int SAMPLES = 4;
  private static final long SEED = 5;

  /** A softmax policy over arms, each with a chance of the reward 1. */
  private record Bandit(double[] chances, double[] wins) {
    static Bandit random(final SplittableRandom random) {
      final double[] chances = new double[ARMS];
      final double[] wins = new double[ARMS];
      double sum = 0;
      for (int arm = 0; arm < ARMS; arm++) {
        chances[arm] = 0.2 + random.nextDouble();
        sum += chances[arm];
        wins[arm] = random.nextDouble();
      }
      for (int arm = 0; arm < ARMS; arm++) {
        chances[arm] /= sum;
      }
      return new Bandit(chances, wins);
    }

    /** Returns sum p_a w_a (e_a - p), the gradient of the mean reward. */
    double[] gradient() {
      final double[] gradient = new double[ARMS];
      double mean = 0;
      for (int arm = 0; arm < ARMS; arm++) {
        mean += chances[arm] * wins[arm];
      }
      for (int arm = 0; arm < ARMS; arm++) {
        gradient[arm] = chances[arm] * (wins[arm] - mean);
      }
      return gradient;
    }

    int draw(final SplittableRandom random) {
      double u = random.nextDouble();
      int arm = 0;
      while (arm < ARMS - 1 && u >= chances[arm]) {
        u -= chances[arm++];
      }
      return arm;
    }
  }

  /** The samples of one group: a, s, the mean reward, and an estimator's gradient. */
  private static final class Group {
    private final float[] rewarded = new float[ARMS];
    private final float[] score = new float[ARMS];
    private final float[] estimate = new float[ARMS];
    private final double mean;

    Group(final Bandit bandit, final double bias, final SplittableRandom random) {
      final int[] arms = new int[SAMPLES];
      final double[] rewards = new double[SAMPLES];
      double sum = 0;
      for (int i = 0; i < SAMPLES; i++) {
        arms[i] = bandit.draw(random);
        rewards[i] = random.nextDouble() < bandit.wins()[arms[i]] ? 1 : 0;
        sum += rewards[i];
      }
      mean = sum / SAMPLES;
      for (int i = 0; i < SAMPLES; i++) {
        final double others = (sum - rewards[i]) / (SAMPLES - 1);
        for (int arm = 0; arm < ARMS; arm++) {
          final double part = ((arm == arms[i] ? 1 : 0) - bandit.chances()[arm]) / SAMPLES;
          rewarded[arm] += (float) (rewards[i] * part);
          score[arm] += (float) part;
          // A biased estimator forgets the first arm.
          estimate[arm] += (float) (arm == 0 ? bias : 1) * (float) ((rewards[i] - others) * part);
        }
      }
    }
  }

  private static void measure(final double bias, final int prompts, final double tolerance) {
    final SplittableRandom random = new SplittableRandom(SEED);
    final GradientNoise noise = new GradientNoise();
    double squares = 0;
    double along = 0;
    double signal = 0;
    for (int prompt = 0; prompt < prompts; prompt++) {
      final Bandit bandit = Bandit.random(random);
      final double[] truth = bandit.gradient();
      final List<float[]> rewarded = new ArrayList<>();
      final List<float[]> scores = new ArrayList<>();
      final List<float[]> estimates = new ArrayList<>();
      final double[] means = new double[GradientNoise.LEAST_GROUPS];
      for (int i = 0; i < means.length; i++) {
        final Group group = new Group(bandit, bias, random);
        rewarded.add(group.rewarded);
        scores.add(group.score);
        estimates.add(group.estimate);
        means[i] = group.mean;
        for (int arm = 0; arm < ARMS; arm++) {
          squares += group.estimate[arm] * group.estimate[arm] / means.length;
          along += group.estimate[arm] * truth[arm] / means.length;
        }
      }
      for (final double part : truth) {
        signal += part * part;
      }
      noise.add(new GradientNoise.Plain(rewarded, scores, means), estimates);
    }
    // The scale that makes the estimator like the truth, from the truth itself.
    final double expected = squares * signal / (along * along) - 1;
    assertEquals(prompts, noise.prompts());
    assertEquals(1, noise.noise() / expected, tolerance, "seed=" + SEED + " bias=" + bias);
    assertTrue(Math.abs(noise.noise() - expected) < 4 * noise.standardError(), "seed=" + SEED);
    if (bias == 1) {
      assertEquals(1, noise.ownNoise() / expected, tolerance, "seed=" + SEED);
    } else {
      assertTrue(noise.ownNoise() != noise.noise());
    }
  }

  @Test
  void shouldFindTheNoiseOfAnUnbiasedEstimator() {
    measure(1, 40_000, 0.1);
  }

  @Test
  void shouldCountTheBiasOfAnEstimatorThatForgetsAPart() {
    measure(0.2, 40_000, 0.1);
  }

  @Test
  void shouldAskForThreeGroups() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new GradientNoise.Plain(List.of(), List.of(), new double[2]));
  }
}
