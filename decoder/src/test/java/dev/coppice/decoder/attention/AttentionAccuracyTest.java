package dev.coppice.decoder.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.decoder.batch.ForwardBatch;
import dev.coppice.decoder.files.AttentionShape;
import dev.coppice.decoder.kernel.RowMath;
import dev.coppice.decoder.kernel.WorkerPool;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares attention over blocks with the formula, in double precision. */
class AttentionAccuracyTest {
  @ParameterizedTest
  @CsvSource({"4, 2, 24, 16", "3, 1, 64, 5", "2, 2, 80, 32", "7, 7, 8, 1", "9, 3, 128, 40"})
  void shouldComputeSoftmaxAttention(
      final int heads, final int kvHeads, final int headDim, final int blockTokens) {
    final AttentionShape shape = new AttentionShape(heads, kvHeads, headDim, false, false, false);
    final SplittableRandom random = new SplittableRandom(heads);
    final int length = 75;
    final int queries = 9;
    final int blocks = (length + blockTokens - 1) / blockTokens;
    final KvPool pool = KvPool.open(new KvPool.Shape(shape, 1, false), blocks + 3, blockTokens);
    final int width = shape.kvWidth();
    final float[][] kv = new float[length][2 * width];
    for (int p = 0; p < length; p++) {
      fill(random, kv[p], 1);
      pool.write(0, p / blockTokens + 3, p % blockTokens, kv[p], 0);
    }
    final ForwardBatch batch = new ForwardBatch();
    final int row = batch.addRow(length - queries, queries, blocks, 0);
    for (int i = 0; i < blocks; i++) {
      batch.block(row, i, i + 3);
    }
    final Slab slab = new Slab(64);
    slab.begin();
    slab.next(batch);
    final float[] q = new float[queries * shape.queryWidth()];
    final float[] out = new float[queries * shape.queryWidth()];
    fill(random, q, 0.4f);

    for (int threads = 1; threads <= 3; threads++) {
      final float[] before = out.clone();
      try (WorkerPool workers = new WorkerPool(threads)) {
        final PagedAttention attention =
            new PagedAttention(shape, workers, 0, AttentionProducts::open);
        for (int round = 0; round < 50; round++) {
          Arrays.fill(out, Float.NaN);
          attention.plan(slab, pool);
          attention.run(0, q, out);
        }
      }
      if (threads > 1) {
        assertArrayEquals(before, out, "threads=" + threads);
      }
    }

    final int group = shape.groupSize();
    for (int i = 0; i < queries; i++) {
      for (int head = 0; head < heads; head++) {
        final int at = ((head / group * queries + i) * group + head % group) * headDim;
        final int key = head / group * headDim;
        final double[] expected =
            expected(q, at, Arrays.copyOf(kv, length - queries + i + 1), key, headDim);
        for (int d = 0; d < headDim; d++) {
          final float got = out[i * shape.queryWidth() + head * headDim + d];
          assertEquals(expected[d], got, 3e-6, "query " + i + " head " + head + " d " + d);
        }
      }
    }
  }

  private static double[] expected(
      final float[] q, final int at, final float[][] kv, final int key, final int headDim) {
    final double[] out = new double[headDim];
    double sum = 0;
    for (final float[] row : kv) {
      double score = 0;
      for (int d = 0; d < headDim; d++) {
        score += (double) q[at + d] * row[key + d];
      }
      final double weight = Math.exp(score);
      sum += weight;
      for (int d = 0; d < headDim; d++) {
        out[d] += weight * row[row.length / 2 + key + d];
      }
    }
    for (int d = 0; d < headDim; d++) {
      out[d] /= sum;
    }
    return out;
  }

  @Test
  void shouldComputeExponentialsWithinAFewUnitsInTheLastPlace() {
    final RowMath math = new RowMath();
    final int length = 1001;
    final float[] scores = new float[length + 64];
    for (int i = 0; i < length; i++) {
      scores[i] = 5 - i * 0.09f;
    }
    final float[] before = scores.clone();

    final float sum = math.exponentials(scores, 0, length);

    double expected = 0;
    for (int i = 0; i < length; i++) {
      final double e = Math.exp(Math.max(-86.0, (double) before[i] - 5));
      expected += e;
      assertEquals(e, scores[i], e * 1e-6, "x=" + (before[i] - 5));
    }
    assertEquals(expected, sum, expected * 1e-6);
    scores[500] = Float.NaN;
    assertTrue(Float.isNaN(math.exponentials(scores, 0, length)), "a NaN score must show");
  }

  @Test
  void shouldRefuseAPoolThatCannotFit() {
    final AttentionShape shape = new AttentionShape(8, 8, 128, false, false, false);
    final var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> KvPool.open(new KvPool.Shape(shape, 32, false), 1_000_000, 32));
    assertTrue(e.getMessage().contains("does not fit the heap"), e.getMessage());
  }

  private static void fill(final SplittableRandom random, final float[] values, final float bound) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-bound, bound);
    }
  }
}
