package dev.coppice.decoder.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.decoder.batch.ForwardBatch;
import dev.coppice.decoder.files.AttentionShape;
import dev.coppice.decoder.kernel.AttentionKernels;
import dev.coppice.decoder.kernel.WorkerPool;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Holds that machine code gives the bits of the vector API, and that half floats are kept right. */
class AttentionProductsTest {
  private static final int[] GROUPS = {1, 1, 2, 3, 7, 128};
  private static final int[] HEAD_DIMS = {8, 16, 24, 41, 64, 80, 128};
  private static final int[] BLOCK_TOKENS = {1, 4, 5, 8, 16, 17, 32, 48, 64, 128, 1024};

  /** A random tree of two levels in a pool, with a few branches and a prefill. */
  private record Scene(AttentionShape shape, KvPool pool, Slab slab, float[] queries, String text) {
    static Scene draw(final long seed) {
      final SplittableRandom random = new SplittableRandom(seed);
      final int kvHeads = 1 + random.nextInt(3);
      final int heads = kvHeads * pick(random, GROUPS);
      final int headDim = pick(random, HEAD_DIMS);
      final int slots = pick(random, BLOCK_TOKENS);
      final var shape = new AttentionShape(heads, kvHeads, headDim, false, false, false);
      final int shared = random.nextInt(1 + 300 / slots);
      final int rows = 1 + random.nextInt(slots > 64 || heads > 64 ? 4 : 40);
      final int longest = 1 + random.nextInt(70);
      final int own = longest / slots + 1;
      final KvPool pool =
          KvPool.open(new KvPool.Shape(shape, 1, seed % 2 == 0), shared + rows * own + 1, slots);
      final float[] kv = new float[2 * shape.kvWidth()];
      for (int block = 0; block < pool.blocks(); block++) {
        for (int slot = 0; slot < slots; slot++) {
          fill(random, kv, 1);
          pool.write(0, block, slot, kv, 0);
        }
      }
      final ForwardBatch batch = new ForwardBatch();
      Arrays.fill(kv, Float.NaN);
      for (int i = 0; i < rows; i++) {
        final int end = shared * slots + 1 + random.nextInt(longest);
        for (int unseen = end; unseen < (shared + own) * slots; unseen++) {
          pool.write(0, unseen / slots + i * own, unseen % slots, kv, 0);
        }
        final int fresh = 1 + random.nextInt(Math.min(5, end));
        final int row = batch.addRow(end - fresh, fresh, shared + own, 0);
        for (int block = 0; block < shared + own; block++) {
          batch.block(row, block, block < shared ? block : block + i * own);
        }
      }
      final Slab slab = new Slab(256);
      slab.begin();
      slab.next(batch);
      final float[] queries = new float[slab.rows() * shape.queryWidth()];
      fill(random, queries, 0.3f);
      final String text = "seed=%d %s slots=%d rows=%d".formatted(seed, shape, slots, rows);
      return new Scene(shape, pool, slab, queries, text);
    }

    float[] attend(final int threads, final Supplier<AttentionProducts> products) {
      final float[] out = new float[queries.length];
      try (WorkerPool workers = new WorkerPool(threads)) {
        final PagedAttention attention = new PagedAttention(shape, workers, 0, products);
        attention.plan(slab, pool);
        attention.run(0, queries, out);
      }
      return out;
    }
  }

  private static int pick(final SplittableRandom random, final int[] values) {
    return values[random.nextInt(values.length)];
  }

  private static void fill(final SplittableRandom random, final float[] values, final float bound) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-bound, bound);
    }
  }

  @Test
  void shouldGiveTheBitsOfTheVectorApi() {
    Assumptions.assumeTrue(AttentionKernels.open() != null, "no kernels on this machine");
    for (long seed = 0; seed < 300; seed++) {
      final Scene scene = Scene.draw(seed);
      assertArrayEquals(
          scene.attend(1, VectorProducts::new),
          scene.attend(1 + (int) seed % 3, () -> new KernelProducts(AttentionKernels.open())),
          scene.text);
      for (final float value : scene.attend(1, VectorProducts::new)) {
        assertTrue(Float.isFinite(value), "a slot that no row sees was summed: " + scene.text);
      }
    }
  }

  @Test
  void shouldKeepTheNearestHalfFloatAndNothingInfinite() {
    final var shape = new AttentionShape(1, 1, 8, false, false, false);
    final HalfPool pool = (HalfPool) KvPool.open(new KvPool.Shape(shape, 1, true), 2, 3);
    final float[] kv = {
      0f,
      -0f,
      1f,
      1.0004f,
      65504f,
      1e30f,
      Float.NEGATIVE_INFINITY,
      Float.NaN,
      1e-7f,
      6.1e-5f,
      -1e-9f,
      3.14159f,
      2049f,
      2051f,
      -70000f,
      0.1f
    };
    final float[] kept = {
      0f,
      -0f,
      1f,
      1f,
      65504f,
      65504f,
      -65504f,
      Float.NaN,
      1.1920929e-7f,
      6.0975552e-5f,
      -0f,
      3.140625f,
      2048f,
      2052f,
      -65504f,
      0.099975586f
    };
    pool.write(0, 0, 1, kv, 0);
    pool.copy(0, 1, 2);

    final float[] keys = new float[8 * 3];
    final float[] values = new float[3 * pool.valueStride()];
    for (int block = 0; block < 2; block++) {
      pool.read(0, pool.keyOffset(block, 0), keys.length, keys, 0);
      pool.read(0, pool.valueOffset(block, 0), values.length, values, 0);
      for (int d = 0; d < 8; d++) {
        assertEquals(kept[d], keys[d * 3 + 1], "key " + d);
        assertEquals(Math.abs(kept[8 + d]), Math.abs(values[pool.valueStride() + d]), 3e-8, "" + d);
        assertEquals(0f, keys[d * 3 + 2], "a slot that was never written");
      }
    }
  }

  @Test
  void shouldTakeHalfTheMemory() {
    final var shape = new AttentionShape(4, 2, 64, false, false, false);
    final long halves = new KvPool.Shape(shape, 3, true).blockBytes(16);
    assertEquals(new KvPool.Shape(shape, 3, false).blockBytes(16), 2 * halves);
    assertEquals(3 * 2 * 16 * 128 * Short.BYTES, halves);
    assertEquals(halves / 4, new KvPool.Shape(shape, 3, true).blockBytes(4), "no padding");
  }
}
