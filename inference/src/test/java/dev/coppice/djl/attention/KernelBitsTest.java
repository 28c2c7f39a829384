package dev.coppice.djl.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.coppice.djl.kernel.ChainKernels;
import dev.coppice.djl.kernel.PairKernels;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds that machine code and the vector API give the same bits, so that both may be mixed. */
class KernelBitsTest {
  private static final int[] ROWS = {1, 2, 3, 4, 5, 6, 7, 13, 32};
  private static final int SIZE = 1 << 16;

  private final float[] left = new float[SIZE];
  private final float[] right = new float[SIZE];

  @BeforeEach
  void fill() {
    Assumptions.assumeTrue(PairKernels.present() != null, "no kernels on this machine");
    final SplittableRandom random = new SplittableRandom(9);
    for (int i = 0; i < SIZE; i++) {
      left[i] = (float) random.nextDouble(-1, 1);
      right[i] = (float) random.nextDouble(-1, 1);
    }
  }

  private float[] scores(final PairKernels pairs, final int rows, final int blockTokens) {
    final float[] sum = new float[SIZE];
    Arrays.fill(sum, 3f);
    final ScoreKernel kernel = new ScoreKernel(pairs);
    final int stride = ScoreKernel.padded(blockTokens);
    kernel.left(left, 5, 67);
    kernel.right(right, stride);
    kernel.sum(sum, 3, 700);
    for (int block = 0; block < 7; block++) {
      kernel.columns(12 + (block * 5 % 7) * stride * 64, block * blockTokens, blockTokens);
    }
    kernel.multiply(rows, 64);
    return sum;
  }

  @Test
  void shouldGiveTheSameScores() {
    for (final int rows : ROWS) {
      for (final int blockTokens : new int[] {1, 16, 17, 32, 48, 64}) {
        assertArrayEquals(
            scores(null, rows, blockTokens),
            scores(PairKernels.present(), rows, blockTokens),
            "rows=" + rows + " blockTokens=" + blockTokens);
      }
    }
  }

  private float[] weighed(
      final ChainKernels chains, final int rows, final int slots, final int columns) {
    final float[] sum = new float[SIZE];
    Arrays.fill(sum, 0.5f);
    final WeighKernel kernel = new WeighKernel(chains);
    kernel.left(left, 7, 300, 32);
    kernel.right(right, columns, slots);
    kernel.sum(sum, 3, columns);
    for (int block = 0; block < 5; block++) {
      kernel.block(12 + (block * 3 % 5) * 32 * columns);
    }
    kernel.following(12);
    kernel.add(rows, columns);
    return sum;
  }

  @Test
  void shouldAddTheSameValues() {
    for (final int rows : ROWS) {
      for (final int slots : new int[] {1, 5, 32}) {
        for (final int columns : new int[] {16, 48, 64, 80, 128, 144}) {
          assertArrayEquals(
              weighed(null, rows, slots, columns),
              weighed(ChainKernels.open(), rows, slots, columns),
              "rows=%d slots=%d columns=%d".formatted(rows, slots, columns));
        }
      }
    }
  }
}
