package dev.coppice.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Holds the ground that exact sharing stands on: a row's bits do not depend on its neighbours. */
class TorchLinearsTest {
  private static final int[][] SHAPES = {{128, 96}, {36, 96}, {577, 333}, {2304, 768}, {768, 2048}};
  private static final int[] ROWS = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 48, 64, 65, 127};
  private static final int MOST_ROWS = 128;

  @Test
  void shouldGiveTheSameBitsForEveryNumberOfRowsInF32() {
    for (int threads = 1; threads <= 2; threads++) {
      check(false, threads, 2e-5f);
    }
  }

  @Test
  void shouldGiveTheSameBitsForEveryNumberOfRowsInBf16() {
    for (int threads = 1; threads <= 2; threads++) {
      check(true, threads, 0.1f);
    }
  }

  private static void check(final boolean bf16, final int threads, final float tolerance) {
    try (TorchLinears linears = new TorchLinears(threads, bf16)) {
      for (final int[] shape : SHAPES) {
        final String label =
            "bf16=%s threads=%d outputs=%d inputs=%d".formatted(bf16, threads, shape[0], shape[1]);
        final SplittableRandom random = new SplittableRandom(shape[0]);
        final float[] weight = uniform(random, shape[0] * shape[1], 0.1f);
        final float[] x = uniform(random, MOST_ROWS * shape[1], 1);
        checkShape(linears, shape, new float[][] {weight, x}, tolerance, label);
      }
    }
  }

  private static void checkShape(
      final TorchLinears linears,
      final int[] shape,
      final float[][] data,
      final float tolerance,
      final String label) {
    try (Arena arena = Arena.ofShared();
        RowBuffer in = linears.rows(shape[1], MOST_ROWS);
        RowBuffer out = linears.rows(shape[0], MOST_ROWS)) {
      final MemorySegment weight = arena.allocateFrom(ValueLayout.JAVA_FLOAT, data[0]);
      final float[] all = new float[MOST_ROWS * shape[0]];
      final float[] some = new float[all.length];
      try (TorchLinears.Packed packed = linears.pack(weight, shape[0], shape[1], null)) {
        in.put(data[1], MOST_ROWS);
        linears.apply(packed, in, out, MOST_ROWS);
        out.get(all, 0, MOST_ROWS);
        for (final int rows : ROWS) {
          linears.apply(packed, in, out, rows);
          out.get(some, 0, rows);
          for (int i = 0; i < rows * shape[0]; i++) {
            assertEquals(
                Float.floatToRawIntBits(all[i]),
                Float.floatToRawIntBits(some[i]),
                label + " rows=" + rows + " at=" + i);
          }
        }
      }
      float expected = 0;
      for (int i = 0; i < shape[1]; i++) {
        expected += data[0][shape[1] + i] * data[1][2 * shape[1] + i];
      }
      final float got = all[2 * shape[0] + 1];
      assertTrue(Math.abs(expected - got) < tolerance, label + " " + expected + " " + got);
    }
  }

  private static float[] uniform(final SplittableRandom random, final int size, final float bound) {
    final float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble(-bound, bound);
    }
    return values;
  }
}
