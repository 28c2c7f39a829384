package dev.coppice.app.report;

import dev.coppice.credit.tool.StudentT;
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

  /** Leaves 2.5 % above and as much below. */
  private static final double LEVEL = 0.975;

  private Jackknife() {}

  /** Returns the number of blocks for a number of tasks. */
  static int blocks(final int tasks) {
    return Math.min(tasks, MAX_BLOCKS);
  }

  /** Returns the block of a task; tasks are dealt out in turn. */
  static int blockOf(final int task, final int blocks) {
    return task % blocks;
  }

  /** Returns a figure with what its replicates, each without one block, say of its error. */
  static Estimate estimate(
      final double whole, final int blocks, final IntToDoubleFunction replicate) {
    if (blocks < 2) {
      return new Estimate(whole, Double.NaN, Double.NaN);
    }
    final double error = standardError(blocks, replicate);
    return new Estimate(whole, error, StudentT.quantile(LEVEL, blocks - 1) * error);
  }

  private static double standardError(final int blocks, final IntToDoubleFunction replicate) {
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
