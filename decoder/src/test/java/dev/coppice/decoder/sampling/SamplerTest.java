package dev.coppice.decoder.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.draw.Copies;
import dev.coppice.draw.DrawKey;
import dev.coppice.draw.DrawRule;
import dev.coppice.model.Draws;
import dev.coppice.model.Work;
import dev.coppice.trajectory.SamplingSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SamplerTest {

  @Test
  void shouldDrawEachTokenAsOftenAsItsProbabilitySays() {
    final float[] logits = {0.0f, 1.0f, 2.0f, -1.0f};
    final double[] expected = softmax(logits, 0.8);
    final Sampler sampler = new Sampler(new SamplingSettings(0.8, 1.0, 0, 0.0));
    final int draws = 200_000;
    final int[] counts = new int[4];

    sampler.load(logits, 0, 4);
    for (int i = 0; i < draws; i++) {
      counts[sampler.draw(i, 3)]++;
    }

    for (int token = 0; token < 4; token++) {
      final double sigma = Math.sqrt(expected[token] * (1 - expected[token]) / draws);
      assertEquals(expected[token], counts[token] / (double) draws, 5 * sigma, "token=" + token);
      assertEquals(Math.log(expected[token]), sampler.logprob(token), 1e-6);
    }
  }

  @Test
  void shouldMeasureTheEntropyOfTheDistributionItDrawsFrom() {
    final Random random = new Random(3);
    for (int round = 0; round < 200; round++) {
      final float[] logits = logits(random, 2 + random.nextInt(60));
      final double temperature = 0.2 + random.nextDouble() * 2;
      final Sampler sampler = new Sampler(new SamplingSettings(temperature, 1.0, 0, 0.0));
      double expected = 0;
      for (final double p : softmax(logits, temperature)) {
        expected -= p * Math.log(p);
      }

      assertEquals(expected, sampler.load(logits, 0, logits.length), 1e-9, "round=" + round);
    }
  }

  @Test
  void shouldKeepWhatASlowReferenceKeepsUnderEveryCut() {
    final Random random = new Random(11);
    for (int round = 0; round < 500; round++) {
      final float[] logits = logits(random, 2 + random.nextInt(40));
      final SamplingSettings settings =
          new SamplingSettings(
              0.5 + random.nextDouble(),
              0.05 + 0.95 * random.nextDouble(),
              random.nextInt(logits.length + 1),
              random.nextBoolean() ? 0 : random.nextDouble());
      final double[] expected = cut(logits, settings);
      final Sampler sampler = new Sampler(settings);
      sampler.load(logits, 0, logits.length);

      for (int token = 0; token < logits.length; token++) {
        assertEquals(
            expected[token], Math.exp(sampler.logprob(token)), 1e-6, "round=" + round + settings);
      }
    }
  }

  @Test
  void shouldTakeTheLargestLogitAtTemperatureZeroAndTheLowerIdAmongEquals() {
    final Sampler sampler = new Sampler(SamplingSettings.GREEDY);

    final double entropy = sampler.load(new float[] {1, 7, 7, 2}, 0, 4);

    assertEquals(0.0, entropy);
    assertEquals(1, sampler.draw(99, 5));
    assertEquals(0.0f, sampler.logprob(1));
  }

  /** Padding with the largest logits of the row, which every cut and greedy drawing would prefer. */
  @Test
  void shouldDrawAsIfRowsBeyondTheVocabularyWereNotThere() {
    final long seed = new Random().nextLong();
    final Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      final float[] known = logits(random, 2 + random.nextInt(40));
      final float[] padded = Arrays.copyOf(known, known.length + 1 + random.nextInt(9));
      Arrays.fill(padded, known.length, padded.length, round % 3 == 0 ? Float.NaN : 50f);
      final SamplingSettings settings =
          new SamplingSettings(
              random.nextInt(4) * 0.5,
              random.nextBoolean() ? 1 : 0.3 + 0.7 * random.nextDouble(),
              random.nextInt(known.length),
              random.nextBoolean() ? 0 : random.nextDouble());
      final Sampler bare = new Sampler(settings);
      final Sampler masked = new Sampler(settings, known.length);

      final String place = "seed=" + seed + " round=" + round;
      assertEquals(bare.load(known, 0, known.length), masked.load(padded, 0, padded.length), place);
      for (int key = 0; key < 50; key++) {
        final int token = masked.draw(key, 3);
        assertEquals(bare.draw(key, 3), token, place);
        assertEquals(bare.logprob(token), masked.logprob(token), place);
      }
    }
  }

  @Test
  void shouldDrawNothingFromLogitsThatAreNotFinite() {
    for (final float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      final Draws draws = new Draws();
      final float[] logits = {0, bad, 1};
      final Work work = work(1, 1, 4, 0);

      draws.beginRow(0, 1, 0);
      assertFalse(new Sampler(SamplingSettings.PLAIN).drawRow(draws, logits, 0, 3, work));

      assertEquals(0, draws.count(0), "bad=" + bad);
      assertTrue(Float.isNaN(draws.entropy(0)));
    }
  }

  @Test
  void shouldDrawForChildrenOnlyWhereTheEntropyReachesTheFloor() {
    final float[] decided = {20, 0, 0};
    final float[] undecided = {1, 1, 1};
    final Sampler sampler = new Sampler(SamplingSettings.PLAIN);
    final Work work = work(42, 7, 5, 0.5);
    final Draws draws = new Draws();

    draws.beginRow(0, 1, 0);
    assertTrue(sampler.drawRow(draws, decided, 0, 3, work));
    draws.beginRow(1, 1, 0);
    assertTrue(sampler.drawRow(draws, undecided, 0, 3, work));

    assertEquals(1, draws.count(0));
    assertEquals(5, draws.count(1));
    sampler.load(undecided, 0, 3);
    assertEquals(sampler.draw(42, 7), draws.token(1, 0, 0));
    assertEquals(sampler.draw(DrawKey.child(42, 7, 3), 7), draws.token(1, 3, 0));
  }

  private static float[] logits(final Random random, final int length) {
    final float[] logits = new float[length];
    for (int i = 0; i < length; i++) {
      logits[i] = (float) (random.nextGaussian() * 3);
    }
    return logits;
  }

  private static double[] softmax(final float[] logits, final double temperature) {
    final double[] p = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      p[i] = Math.exp(logits[i] / temperature);
      sum += p[i];
    }
    for (int i = 0; i < p.length; i++) {
      p[i] /= sum;
    }
    return p;
  }

  private static double[] cut(final float[] logits, final SamplingSettings settings) {
    final double[] p = softmax(logits, settings.temperature());
    final int[] order =
        IntStream.range(0, p.length)
            .boxed()
            .sorted((a, b) -> Double.compare(p[b], p[a]))
            .mapToInt(Integer::intValue)
            .toArray();
    final double[] kept = new double[p.length];
    final int most = settings.topK() == 0 ? p.length : settings.topK();
    double before = 0;
    double sum = 0;
    for (int rank = 0; rank < order.length; rank++) {
      final int token = order[rank];
      final boolean inside =
          rank == 0
              || (rank < most
                  && before < settings.topP()
                  && p[token] >= settings.minP() * p[order[0]]);
      if (!inside) {
        break;
      }
      kept[token] = p[token];
      before += p[token];
      sum += p[token];
    }
    for (int i = 0; i < kept.length; i++) {
      kept[i] /= sum;
    }
    return kept;
  }

  private static Work work(final long key, final int position, final int most, final double floor) {
    final Work.Terms terms =
        new Work.Terms(SamplingSettings.PLAIN, new Work.Stops(List.of(), List.of()));
    final Work work = new Work(new Work.Place(0, 0, 0), Copies.one(key), new int[position], terms);
    work.ask(1, 1);
    work.askMoreAt(most, floor);
    return work;
  }

  /** A number for each token gives the same distribution, and near ones the same token. */
  @Test
  void shouldDrawFromTheSameDistributionWithGumbelNumbers() {
    final float[] logits = {0.3f, 2.0f, -1.0f, 1.1f, 0.0f, 1.9f, -3.0f, 0.7f};
    final int rounds = 100_000;
    final Work.Terms terms =
        new Work.Terms(
            SamplingSettings.PLAIN,
            new Work.Stops(List.of(), List.of()),
            false,
            new DrawRule(DrawRule.Origin.PROMPT, DrawRule.Coupling.GUMBEL));
    final Sampler plain = new Sampler(SamplingSettings.PLAIN);
    final Sampler cold = new Sampler(new SamplingSettings(0.9, 1.0, 0, 0.0));
    final int[] counts = new int[logits.length];
    int alike = 0;
    for (int round = 0; round < rounds; round++) {
      // Prompts of other lengths: positions count from their ends.
      final Work.Place place = new Work.Place(0, 0, 0);
      final Work one = new Work(place, Copies.one(round), new int[3], terms).ask(1, 1);
      final Work other = new Work(place, Copies.one(round), new int[9], terms).ask(1, 1);
      final Draws draws = new Draws();
      draws.beginRow(0, 1, 0);
      assertTrue(plain.drawRow(draws, logits, 0, logits.length, one));
      draws.beginRow(0, 1, 0);
      assertTrue(cold.drawRow(draws, logits, 0, logits.length, other));
      counts[draws.token(0, 0, 0)]++;
      alike += draws.token(0, 0, 0) == draws.token(1, 0, 0) ? 1 : 0;
    }
    for (int token = 0; token < logits.length; token++) {
      final double share = Math.exp(plain.logprob(token));
      final double error = 5 * Math.sqrt(share * (1 - share) / rounds);
      assertEquals(share, (double) counts[token] / rounds, error, "token=" + token);
    }
    assertTrue(alike > 0.9 * rounds, "alike=" + alike);
  }

  /** Each sample of a systematic division by itself draws from the distribution after all cuts. */
  @Test
  void shouldDivideSamplesByOneNumberUnderEveryCut() {
    final float[] logits = {0.3f, 2.0f, -1.0f, 1.1f, 0.0f, 1.9f, -3.0f, 0.7f};
    final int samples = 5;
    final int rounds = 200_000;
    for (final SamplingSettings settings :
        List.of(
            SamplingSettings.PLAIN,
            new SamplingSettings(0.7, 1.0, 4, 0.0),
            new SamplingSettings(1.3, 0.8, 0, 0.0),
            new SamplingSettings(1.0, 0.9, 6, 0.1))) {
      final Sampler sampler = new Sampler(settings);
      sampler.load(logits, 0, logits.length);
      final int[][] counts = new int[samples][logits.length];
      for (int round = 0; round < rounds; round++) {
        final Copies copies = Copies.systematic(samples, round);
        final int[] drawn = new int[logits.length];
        for (int sample = 0; sample < samples; sample++) {
          final int token = sampler.draw(copies.uniform(sample, 1, 9));
          counts[sample][token]++;
          drawn[token]++;
        }
        for (int token = 0; token < logits.length; token++) {
          final double share = samples * Math.exp(sampler.logprob(token));
          assertTrue(Math.abs(drawn[token] - share) < 1 + 1e-6, settings + " round=" + round);
        }
      }
      for (final int[] count : counts) {
        for (int token = 0; token < logits.length; token++) {
          final double p = Math.exp(sampler.logprob(token));
          final double sigma = Math.sqrt(p * (1 - p) / rounds);
          assertEquals(p, count[token] / (double) rounds, 5.5 * sigma + 1e-9, settings.toString());
        }
      }
    }
  }
}
