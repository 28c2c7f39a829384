package dev.coppice.djl.attention;

import java.util.Locale;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Measures how well this process compiled the attention kernels.
 *
 * <p>The compiler's choices vary from process to process, and a bad one costs a factor of two or
 * three; so the rate belongs in the log of a run.
 *
 * @param gflops the rate of the kernel.
 * @param peakGflops the rate of multiply-adds without memory, in the same process.
 */
public record KernelRate(double gflops, double peakGflops) {
  /** Under this share of the peak a kernel was compiled badly. */
  private static final double LEAST_SHARE = 0.4;

  private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
  private static final int CHAINS = 8;
  private static final int PEAK_STEPS = 200_000;
  private static final int ROWS = 12;
  private static final int SLOTS = 512;
  private static final int HEAD_DIM = 64;
  private static final int ROUNDS = 8;

  /** Large enough to lie on cache lines as the pool's arrays do; only the start is used. */
  private static final int FLOATS = 1 << 19;

  /**
   * Measures both rates.
   *
   * @return what this process reaches.
   */
  public static KernelRate check() {
    return new KernelRate(kernel(), peak());
  }

  /** Multiplies and adds in registers alone, in enough chains to hide the latency. */
  private static double peak() {
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
      final long start = System.nanoTime();
      final float left = chains(PEAK_STEPS, round);
      final long elapsed = System.nanoTime() - start;
      if (Float.isFinite(left)) {
        best = Math.max(best, 2.0 * PEAK_STEPS * CHAINS * LANES.length() / elapsed);
      }
    }
    return best;
  }

  private static float chains(final int steps, final float seed) {
    final FloatVector x = FloatVector.broadcast(LANES, 0.999f);
    final FloatVector y = FloatVector.broadcast(LANES, seed);
    FloatVector a = y;
    FloatVector b = y;
    FloatVector c = y;
    FloatVector d = y;
    FloatVector e = y;
    FloatVector f = y;
    FloatVector g = y;
    FloatVector h = y;
    for (int i = 0; i < steps; i++) {
      a = a.fma(x, y);
      b = b.fma(x, y);
      c = c.fma(x, y);
      d = d.fma(x, y);
      e = e.fma(x, y);
      f = f.fma(x, y);
      g = g.fma(x, y);
      h = h.fma(x, y);
    }
    return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).lane(0);
  }

  private static double kernel() {
    final WeighKernel kernel = new WeighKernel();
    final float[] weights = new float[ROWS * SLOTS];
    final float[] values = new float[FLOATS];
    final float[] out = new float[ROWS * HEAD_DIM];
    final int calls = 400;
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
      final long start = System.nanoTime();
      for (int i = 0; i < calls; i++) {
        kernel.left(weights, 0, SLOTS, SLOTS);
        kernel.right(values, HEAD_DIM, SLOTS);
        kernel.sum(out, 0, HEAD_DIM);
        kernel.block(KvPool.ALIGNMENT);
        kernel.add(ROWS, HEAD_DIM);
      }
      final double operations = 2.0 * ROWS * SLOTS * HEAD_DIM * calls;
      best = Math.max(best, operations / (System.nanoTime() - start));
    }
    return best;
  }

  /**
   * Says whether the kernel was compiled well.
   *
   * @return false if it reaches less than 0.4 of the peak.
   */
  public boolean good() {
    return gflops >= LEAST_SHARE * peakGflops;
  }

  /**
   * Describes the rates for a log.
   *
   * @return one line.
   */
  public String line() {
    return String.format(
        Locale.ROOT, "attention kernel: %.0f GFLOP/s of %.0f%s", gflops, peakGflops, "");
  }
}
