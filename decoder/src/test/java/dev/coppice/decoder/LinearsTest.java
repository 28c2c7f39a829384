package dev.coppice.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.coppice.decoder.kernel.Linears;
import dev.coppice.decoder.kernel.PackedLayer;
import dev.coppice.decoder.kernel.PanelFormat;
import dev.coppice.decoder.kernel.PanelLinears;
import dev.coppice.decoder.kernel.WorkerPool;
import dev.coppice.decoder.machine.Processor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the ground that exact sharing stands on: a row's bits do not depend on its neighbours. */
class LinearsTest {
  private static final int[][] SHAPES = {
    {128, 96}, {36, 96}, {577, 333}, {2304, 768}, {768, 2048}, {1, 1}, {64, 3}, {65, 7}
  };
  private static final int[] ROWS = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 48, 64, 65, 127};
  private static final int MAX_ROWS = 128;
  private static final float F32_TOLERANCE = 2e-5f;
  private static final float BF16_TOLERANCE = 0.1f;

  @Test
  void shouldGiveTheSameBitsForEveryNumberOfRowsOnOneDnn() {
    for (int threads = 1; threads <= 2; threads++) {
      for (final boolean bf16 : new boolean[] {false, true}) {
        // Fewer rows than the buffers hold, and more.
        for (final int mostRows : new int[] {30, MAX_ROWS}) {
          try (Linears linears = new TorchLinears(mode(threads, bf16, true), mostRows)) {
            check(linears, bf16, "torch threads=%d bf16=%s".formatted(threads, bf16));
          }
        }
      }
    }
  }

  @Test
  void shouldGiveTheSameBitsForEveryNumberOfRowsOnOwnKernels() {
    Assumptions.assumeTrue(PanelLinears.available(), "no kernels of our own on this machine");
    for (int threads = 1; threads <= 3; threads++) {
      for (final PanelFormat format : formats()) {
        try (WorkerPool workers = new WorkerPool(threads);
            Linears linears = new PanelLinears(workers, format)) {
          final boolean bf16 = format != PanelFormat.FLOATS;
          check(linears, bf16, "panel threads=%d format=%s".formatted(threads, format));
        }
      }
    }
  }

  /** Lists what runs on this processor. */
  private static List<PanelFormat> formats() {
    return Arrays.stream(PanelFormat.values())
        .filter(f -> f != PanelFormat.PAIRS || Processor.bf16Unit() == Processor.Bf16Unit.FAST)
        .toList();
  }

  private static TorchLinears.Mode mode(
      final int threads, final boolean bf16, final boolean packed) {
    return new TorchLinears.Mode(threads, bf16, Device.cpu(), packed);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldAgreeOnGatedLayersWithBiasesNowhereAndInnerWidthsThatFillNoPanel(
      final boolean packed) {
    Assumptions.assumeTrue(PanelLinears.available(), "no kernels of our own on this machine");
    final int hidden = 72;
    final int inner = 154;
    final int rows = 11;
    final SplittableRandom random = new SplittableRandom(5);
    final float[][] weights = {
      uniform(random, inner * hidden, 0.3f),
      uniform(random, inner * hidden, 0.3f),
      uniform(random, hidden * inner, 0.3f)
    };
    final float[] x = uniform(random, rows * hidden, 2);
    final float[] expected = new float[rows * hidden];
    final float[] got = new float[rows * hidden];
    try (WorkerPool workers = new WorkerPool(2);
        Linears torch = new TorchLinears(mode(1, false, packed), 64);
        Linears own = new PanelLinears(workers, PanelFormat.FLOATS)) {
      gated(torch, weights, new int[] {hidden, inner}, x, expected);
      gated(own, weights, new int[] {hidden, inner}, x, got);
    }
    for (int i = 0; i < got.length; i++) {
      assertEquals(expected[i], got[i], 2e-5f, "seed=5 at=" + i);
    }
  }

  @Test
  void shouldGiveTheSameBitsForGatedLayersWhateverRowsThreadsAndOwnerOfAPanel() {
    Assumptions.assumeTrue(PanelLinears.available(), "no kernels of our own on this machine");
    final int[] sizes = {73, 335};
    final SplittableRandom random = new SplittableRandom(9);
    final float[][] weights = {
      uniform(random, sizes[1] * sizes[0], 0.3f),
      uniform(random, sizes[1] * sizes[0], 0.3f),
      uniform(random, sizes[0] * sizes[1], 0.3f)
    };
    final float[] x = uniform(random, MAX_ROWS * sizes[0], 2);
    final Map<Boolean, float[]> rounded = new HashMap<>();
    for (final PanelFormat format : formats()) {
      final float[] all = new float[MAX_ROWS * sizes[0]];
      for (int threads = 1; threads <= 3; threads++) {
        try (WorkerPool workers = new WorkerPool(threads);
            Linears linears = new PanelLinears(workers, format)) {
          for (final int rows : new int[] {MAX_ROWS, 1, 2, 5, 8, 13, 32, 33, 65}) {
            final float[] some = new float[rows * sizes[0]];
            gated(linears, weights, sizes, Arrays.copyOf(x, rows * sizes[0]), some);
            if (threads == 1 && rows == MAX_ROWS) {
              System.arraycopy(some, 0, all, 0, some.length);
            }
            assertArrayEquals(
                Arrays.copyOf(all, some.length),
                some,
                "seed=9 format=%s threads=%d rows=%d".formatted(format, threads, rows));
          }
        }
      }
      final float[] other =
          rounded.putIfAbsent(format == PanelFormat.PAIRS || format == PanelFormat.ORDERED, all);
      if (other != null && format == PanelFormat.PAIRS) {
        assertArrayEquals(other, all, "seed=9 pairs and ordered floats");
      }
    }
  }

  private static void gated(
      final Linears linears,
      final float[][] weights,
      final int[] sizes,
      final float[] x,
      final float[] out) {
    try (Arena arena = Arena.ofShared();
        PackedLayer gate = linears.pack(segment(arena, weights[0]), sizes[1], sizes[0], null);
        PackedLayer up = linears.pack(segment(arena, weights[1]), sizes[1], sizes[0], null);
        PackedLayer down = linears.pack(segment(arena, weights[2]), sizes[0], sizes[1], null)) {
      linears.applyGated(new PackedLayer[] {gate, up, down}, x, out, x.length / sizes[0]);
    }
  }

  private static MemorySegment segment(final Arena arena, final float[] values) {
    return arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
  }

  private static void check(final Linears linears, final boolean bf16, final String label) {
    for (final int[] shape : SHAPES) {
      final SplittableRandom random = new SplittableRandom(shape[0]);
      final float[][] data = {
        uniform(random, shape[0] * shape[1], 0.1f),
        uniform(random, MAX_ROWS * shape[1], 1),
        uniform(random, shape[0], 1)
      };
      final String place = label + " outputs=%d inputs=%d".formatted(shape[0], shape[1]);
      final float tolerance = bf16 ? BF16_TOLERANCE : F32_TOLERANCE;
      checkShape(linears, shape, data, tolerance, place);
    }
  }

  private static void checkShape(
      final Linears linears,
      final int[] shape,
      final float[][] data,
      final float tolerance,
      final String label) {
    final int outputs = shape[0];
    final float[] all = new float[MAX_ROWS * outputs];
    final float[] some = new float[all.length + 5];
    try (Arena arena = Arena.ofShared();
        PackedLayer packed =
            linears.pack(segment(arena, data[0]), outputs, shape[1], segment(arena, data[2]))) {
      linears.apply(packed, data[1], all, 0, MAX_ROWS);
      for (final int rows : ROWS) {
        some[5 + rows * outputs - 1] = Float.NaN;
        some[4] = 77;
        linears.apply(packed, data[1], some, 5, rows);
        assertEquals(77, some[4], label);
        for (int i = 0; i < rows * outputs; i++) {
          assertEquals(
              Float.floatToRawIntBits(all[i]),
              Float.floatToRawIntBits(some[5 + i]),
              label + " rows=" + rows + " at=" + i);
        }
      }
    }
    final int output = outputs - 1;
    float expected = data[2][output];
    for (int i = 0; i < shape[1]; i++) {
      expected += data[0][output * shape[1] + i] * data[1][2 * shape[1] + i];
    }
    final float got = all[2 * outputs + output];
    assertTrue(Math.abs(expected - got) < tolerance, label + " " + expected + " " + got);
  }

  private static float[] uniform(final SplittableRandom random, final int size, final float bound) {
    final float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble(-bound, bound);
    }
    return values;
  }
}
