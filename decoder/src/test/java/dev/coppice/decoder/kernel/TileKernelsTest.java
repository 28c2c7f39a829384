package dev.coppice.decoder.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.decoder.files.TensorType;
import dev.coppice.decoder.machine.Processor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TileKernelsTest {
  private static final int OUT_STRIDE = 70;
  private static final int OUT_OFFSET = 2;

  private static final int[] ROWS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 24, 32, 61};
  private static final int[] DEPTHS = {1, 2, 3, 4, 5, 6, 7, 64, 154};

  @ParameterizedTest
  @EnumSource(PanelFormat.class)
  void shouldGiveTheBitsOfAScalarLoopForEveryTileAndDepth(final PanelFormat format) {
    Assumptions.assumeTrue(TileKernels.of(format) != null, "no kernels on this machine");
    Assumptions.assumeTrue(
        format != PanelFormat.PAIRS || Processor.bf16Unit() == Processor.Bf16Unit.FAST,
        "the processor multiplies no pairs of bf16; -D" + Processor.PROPERTY + "=fast if it does");
    final SplittableRandom random = new SplittableRandom(3);
    for (final int rows : ROWS) {
      for (final int depth : DEPTHS) {
        check(random, format, new Size(rows, depth, 0));
        if (format.rounds()) {
          // Products and sums about the smallest normal number: denormals count as zeros.
          check(random, format, new Size(rows, depth, -63));
        }
      }
    }
  }

  /** Rows, inputs, and the power of two of both operands. */
  private record Size(int rows, int depth, int power) {}

  private static void check(
      final SplittableRandom random, final PanelFormat format, final Size size) {
    final String label = "seed=3 format=%s size=%s".formatted(format, size);
    final int depth = size.depth();
    final float[] x = drawn(random, size.rows() * depth, size.power());
    final float[] w = drawn(random, 64 * depth, size.power());
    final float[] out = new float[size.rows() * OUT_STRIDE];
    java.util.Arrays.fill(out, 5f);
    final InputRows in = new InputRows(format);
    in.size(size.rows(), depth);
    for (int row = 0; row < size.rows(); row++) {
      in.put(row, 0, x, row * depth, depth);
    }
    try (Arena arena = Arena.ofConfined();
        Panels panels =
            new Panels(arena.allocateFrom(ValueLayout.JAVA_FLOAT, w), 64, depth, null, format)) {
      TileKernels.of(format)
          .panel(
              new TileKernels.Panel(panels.address(0), panels.steps(), panels.address(0)),
              in.rows(),
              new TileKernels.Rows(MemorySegment.ofArray(out), OUT_OFFSET, OUT_STRIDE),
              size.rows());
    }
    for (int row = 0; row < size.rows(); row++) {
      for (int column = 0; column < 64; column++) {
        final float sum = sum(format, x, row * depth, w, column * depth, depth);
        assertEquals(
            Float.floatToRawIntBits(sum),
            Float.floatToRawIntBits(out[row * OUT_STRIDE + OUT_OFFSET + column]),
            label);
      }
      assertEquals(5f, out[row * OUT_STRIDE + OUT_OFFSET - 1], label);
      assertEquals(5f, out[row * OUT_STRIDE + OUT_OFFSET + 64], label);
    }
  }

  /** Sums as a format does; for pairs this is what the processor's manual and trials say of them. */
  private static float sum(
      final PanelFormat format,
      final float[] x,
      final int from,
      final float[] w,
      final int at,
      final int depth) {
    float sum = 0;
    for (int k = 0; k < depth; k++) {
      if (format.rounds()) {
        final int swapped = (k ^ 1) < depth ? k ^ 1 : k;
        final float left = normal(rounded(x[from + swapped]));
        sum = normal(Math.fma(left, normal(rounded(w[at + swapped])), sum));
      } else {
        final float weight = w[at + k];
        sum = Math.fma(x[from + k], format.widens() ? rounded(weight) : weight, sum);
      }
    }
    return sum;
  }

  private static float rounded(final float value) {
    return Float.intBitsToFloat(TensorType.toBf16(value) << 16);
  }

  private static float normal(final float value) {
    return Math.abs(value) < Float.MIN_NORMAL ? Math.copySign(0f, value) : value;
  }

  private static float[] drawn(final SplittableRandom random, final int size, final int power) {
    final float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = Math.scalb((float) random.nextDouble(-1, 1), power);
    }
    return values;
  }

  @Test
  void shouldRoundRowsAsOneByOneWhateverTheValues() {
    final SplittableRandom random = new SplittableRandom(17);
    final float[] values = new float[1003];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(random.nextInt());
    }
    values[3] = Float.NaN;
    values[4] = Float.intBitsToFloat(0x7FFFFFFF);
    values[5] = Float.NEGATIVE_INFINITY;
    values[6] = Float.MAX_VALUE;
    final short[] halves = new short[values.length + 2];
    final float[] floats = new float[values.length + 2];

    RowMath.round(values, 1, halves, 2, values.length - 1);
    RowMath.round(values, 1, floats, 2, values.length - 1);

    for (int i = 1; i < values.length; i++) {
      final float expected = rounded(values[i]);
      final String label = "seed=17 at=" + i + " value=" + values[i];
      assertEquals(expected, Float.intBitsToFloat(halves[1 + i] << 16), label);
      assertEquals(expected, floats[1 + i], label);
    }
    assertEquals(0, halves[1]);
    assertEquals(0f, floats[1]);
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
