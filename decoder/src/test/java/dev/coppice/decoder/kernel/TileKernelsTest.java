package dev.coppice.decoder.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.decoder.files.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class TileKernelsTest {
  private static final int OUT_STRIDE = 70;
  private static final int OUT_OFFSET = 2;

  @Test
  void shouldGiveTheBitsOfAScalarLoopForEveryTileAndDepth() {
    Assumptions.assumeTrue(TileKernels.present() != null, "no kernels on this machine");
    final SplittableRandom random = new SplittableRandom(3);
    for (final boolean bf16 : new boolean[] {false, true}) {
      for (final int rows : new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 24, 32, 61}) {
        for (final int depth : new int[] {1, 2, 3, 4, 5, 64, 154}) {
          check(random, bf16, rows, depth);
        }
      }
    }
  }

  private static void check(
      final SplittableRandom random, final boolean bf16, final int rows, final int depth) {
    final String label = "seed=3 bf16=%s rows=%d depth=%d".formatted(bf16, rows, depth);
    final int inStride = depth + 3;
    final float[] x = new float[rows * inStride];
    fill(random, x);
    final float[] w = new float[64 * depth];
    fill(random, w);
    final float[] out = new float[rows * OUT_STRIDE];
    java.util.Arrays.fill(out, 5f);
    try (Arena arena = Arena.ofConfined();
        Panels panels =
            new Panels(arena.allocateFrom(ValueLayout.JAVA_FLOAT, w), 64, depth, null, bf16)) {
      TileKernels.present()
          .panel(
              new TileKernels.Panel(panels.address(0), depth, bf16),
              new TileKernels.Rows(MemorySegment.ofArray(x), 0, inStride),
              new TileKernels.Rows(MemorySegment.ofArray(out), OUT_OFFSET, OUT_STRIDE),
              rows);
    }
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < 64; column++) {
        float sum = 0;
        for (int k = 0; k < depth; k++) {
          final float weight = w[column * depth + k];
          sum = Math.fma(x[row * inStride + k], bf16 ? truncated(weight) : weight, sum);
        }
        assertEquals(sum, out[row * OUT_STRIDE + OUT_OFFSET + column], 0f, label);
      }
      assertEquals(5f, out[row * OUT_STRIDE + OUT_OFFSET - 1], label);
      assertEquals(5f, out[row * OUT_STRIDE + OUT_OFFSET + 64], label);
    }
  }

  private static float truncated(final float value) {
    return Float.intBitsToFloat(TensorType.toBf16(value) << 16);
  }

  private static void fill(final SplittableRandom random, final float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
  }

  @Test
  void shouldRoundToTheNearestBf16AndToTheEvenOneOfTwo() {
    assertEquals(0x3F80, TensorType.toBf16(1f));
    assertEquals(0x3F80, TensorType.toBf16(Float.intBitsToFloat(0x3F808000)));
    assertEquals(0x3F82, TensorType.toBf16(Float.intBitsToFloat(0x3F818000)));
    assertEquals(0x3F81, TensorType.toBf16(Float.intBitsToFloat(0x3F808001)));
    assertEquals((short) 0xFF80, TensorType.toBf16(Float.NEGATIVE_INFINITY));
  }
}
