package dev.coppice.decoder.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.SamplingSettings.LogitRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Penalties, bias, masks and kept ids, each against the definition written out slowly. */
final class SamplingRulesTest {
  private static final List<Integer> NONE = List.of();

  private static float[] logits(final Random random, final int length) {
    final float[] logits = new float[length];
    for (int i = 0; i < length; i++) {
      logits[i] = (float) (3 * random.nextGaussian());
    }
    return logits;
  }

  private static LogitRules rules(final Random random, final int vocabulary) {
    final Map<Integer, Double> bias = new HashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      bias.put(random.nextInt(vocabulary), 6 * random.nextGaussian());
    }
    return new LogitRules(
        random.nextBoolean() ? 1 : 0.5 + 2 * random.nextDouble(),
        random.nextBoolean() ? 0 : 4 * random.nextDouble() - 2,
        random.nextBoolean() ? 0 : 4 * random.nextDouble() - 2,
        bias,
        random.nextInt(12));
  }

  private static SamplingSettings settings(final Random random, final int vocabulary) {
    final LogitRules rules = rules(random, vocabulary);
    return random.nextInt(4) == 0
        ? new SamplingSettings(0.3 + random.nextDouble(), 1, 0, 0, rules)
        : new SamplingSettings(
            random.nextInt(6) == 0 ? 0 : 0.3 + random.nextDouble(),
            0.2 + 0.8 * random.nextDouble(),
            random.nextInt(vocabulary),
            random.nextBoolean() ? 0 : 0.2 * random.nextDouble(),
            rules);
  }

  @Test
  void shouldDrawFromWhatASlowReferenceDrawsFrom() {
    final long seed = new Random().nextLong();
    final Random random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      final int vocabulary = 6 + random.nextInt(40);
      final float[] logits = logits(random, vocabulary);
      final int[] path = random.ints(1 + random.nextInt(30), 0, vocabulary + 3).toArray();
      final int turnStart = random.nextInt(path.length + 1);
      final SamplingSettings settings = settings(random, vocabulary);
      final List<Integer> ends = List.of(random.nextInt(3), 3);
      final List<Integer> holes =
          random.nextBoolean() ? NONE : List.of(4 + random.nextInt(vocabulary - 4));
      final Sampler sampler = new Sampler(settings, vocabulary, holes);

      final String place = "seed=" + seed + " round=" + round + " " + settings;
      final double[] expected =
          new SlowDistribution(settings, ends, holes).of(logits, path, turnStart);
      final double entropy =
          sampler.load(logits, 0, vocabulary, new PathView(path, path.length, turnStart, ends));
      double expectedEntropy = 0;
      for (int token = 0; token < vocabulary; token++) {
        assertEquals(expected[token], Math.exp(sampler.logprob(token)), 2e-6, place);
        expectedEntropy -= expected[token] > 0 ? expected[token] * Math.log(expected[token]) : 0;
      }
      assertEquals(expectedEntropy, entropy, 1e-5, place);
      assertKept(expected, sampler.kept(), holes, place);
    }
  }

  /** What is kept, or what is not, is exactly what the reference gives a probability, or none. */
  private static void assertKept(
      final double[] expected, final int[] kept, final List<Integer> holes, final String place) {
    final TreeSet<Integer> possible = new TreeSet<>();
    final boolean listsKept = kept.length > 0 && kept[0] >= 0;
    for (final int id : kept) {
      assertEquals(listsKept, id >= 0, place);
    }
    if (listsKept) {
      IntStream.of(kept).forEach(possible::add);
    } else {
      IntStream.range(0, expected.length).forEach(possible::add);
      possible.removeAll(holes);
      IntStream.of(kept).forEach(id -> possible.remove(-1 - id));
    }
    final TreeSet<Integer> drawable = new TreeSet<>();
    for (int token = 0; token < expected.length; token++) {
      if (expected[token] > 0) {
        drawable.add(token);
      }
    }
    assertEquals(drawable, possible, place);
  }

  @Test
  void shouldBeTheSameSamplerForEveryRowWhateverItSawBefore() {
    final long seed = new Random().nextLong();
    final Random random = new Random(seed);
    final LogitRules rules = new LogitRules(1.3, 0.5, 0.25, Map.of(2, -3.0), 2);
    final SamplingSettings settings = new SamplingSettings(0.8, 0.9, 10, 0.01, rules);
    final Sampler used = new Sampler(settings);
    for (int round = 0; round < 300; round++) {
      final int vocabulary = 6 + random.nextInt(60);
      final float[] logits = logits(random, vocabulary);
      final int[] path = random.ints(1 + random.nextInt(20), 0, vocabulary).toArray();
      final PathView view = new PathView(path, path.length, path.length / 2, List.of(1));
      final Sampler fresh = new Sampler(settings);

      final String place = "seed=" + seed + " round=" + round;
      assertEquals(fresh.load(logits, 0, vocabulary, view), used.load(logits, 0, vocabulary, view));
      final int token = used.draw(round, 3);
      assertEquals(fresh.draw(round, 3), token, place);
      assertEquals(fresh.logprob(token), used.logprob(token), place);
      assertArrayEquals(fresh.kept(), used.kept(), place);
    }
  }

  @Test
  void shouldNeverDrawAHoleNorAnEndBeforeItsTime() {
    final float[] logits = {50, 40, 30, 1, 2};
    final LogitRules rules = new LogitRules(1, 0, 0, Map.of(), 2);
    final Sampler sampler = new Sampler(new SamplingSettings(1, 1, 0, 0, rules), 5, List.of(1));
    final List<Integer> drawn = new ArrayList<>();
    for (int length = 3; length < 6; length++) {
      final PathView view = new PathView(new int[6], length, 3, List.of(0));
      sampler.load(logits, 0, 5, view);
      drawn.add(sampler.draw(7, length));
    }

    assertEquals(List.of(2, 2, 0), drawn);
  }

  @Test
  void shouldRefuseABiasOfNoToken() {
    final LogitRules rules = new LogitRules(1, 0, 0, Map.of(9, 1.0), 0);
    final SamplingSettings settings = new SamplingSettings(1, 1, 0, 0, rules);

    final IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> new Sampler(settings, 9));

    assertTrue(refusal.getMessage().contains("token=9"), refusal.getMessage());
    assertFalse(LogitRules.NONE.changeAnything());
  }
}
