package dev.coppice.app.report;

import java.util.function.IntToDoubleFunction;

/**
 * Estimates standard errors by leaving out one block of tasks at a time.
 *
 * <p>With B blocks and replicates {@code t_b}: {@code se = sqrt((B - 1) / B sum (t_b - mean)^2)}.
 *
 * @source Efron and Tibshirani, An Introduction to the Bootstrap, chapter 11.
 */
final class Jackknife {
  /** More tasks than this are left out in blocks. */
  static final int MAX_BLOCKS = 200;

  private Jackknife() {}

  /** Returns the number of blocks for a number of tasks. */
  static int blocks(final int tasks) {
    return Math.min(tasks, MAX_BLOCKS);
  }

  /** Returns the block of a task; tasks are dealt out in turn. */
  static int blockOf(final int task, final int blocks) {
    return task % blocks;
  }

  /** Returns the standard error of replicates, each a figure without one block. */
  static double standardError(final int blocks, final IntToDoubleFunction replicate) {
    if (blocks < 2) {
      return Double.NaN;
    }
    double mean = 0;
    final double[] values = new double[blocks];
    for (int block = 0; block < blocks; block++) {
      values[block] = replicate.applyAsDouble(block);
      mean += values[block] / blocks;
    }
    double squares = 0;
    for (final double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares * (blocks - 1) / blocks);
  }
}
