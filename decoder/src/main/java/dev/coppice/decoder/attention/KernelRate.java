package dev.coppice.decoder.attention;

import dev.coppice.decoder.kernel.AttentionKernels;
import dev.coppice.decoder.kernel.MachineRate;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Holds how fast this process computes with floats, next to what the machine can do.
 *
 * <p>Where the kernels are machine code they do not depend on the compiler; elsewhere its choices
 * vary from process to process, and a bad one costs a factor of two or three. So the rates belong in
 * the log of a run.
 *
 * @param attentionGflops the rate of the product in attention.
 * @param linearGflops the rate of our linear layers; 0 where they do not run.
 * @param peakGflops the rate of multiply-adds without memory, in the same process.
 */
public record KernelRate(double attentionGflops, double linearGflops, double peakGflops) {
  /** Under this share of the peak a kernel is far below what the machine does. */
  private static final double MIN_SHARE = 0.33;

  private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
  private static final int CHAINS = 8;
  private static final int PEAK_STEPS = 20_000;
  private static final int ROWS = 12;

  /** Many beside the cost of a call, and few enough for the second cache. */
  private static final int SLOTS = 1024;

  /** No multiple of a page, or all rows would share a few lines of the first cache. */
  private static final int STRIDE = SLOTS + 16;

  private static final int HEAD_DIM = 64;

  /** Floats before the values, so that they lie on cache lines. */
  private static final int ALIGNMENT = 12;

  /** Long enough for the compiler to have seen the kernel, or at least its caller. */
  private static final long ENOUGH_NS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Large enough to lie on cache lines as the pool's arrays do; only the start is used. */
  private static final int FLOATS = 1 << 19;

  private static final class OfProcess {
    private static final KernelRate RATE = check();
  }

  /**
   * Returns the rates of this process, measured when first asked for.
   *
   * @return always the same.
   */
  public static KernelRate ofProcess() {
    return OfProcess.RATE;
  }

  /**
   * Measures all rates in some 40 ms.
   *
   * @return what this process reaches now.
   */
  public static KernelRate check() {
    final double peak = MachineRate.peakGflops();
    final double attention = kernel();
    return new KernelRate(attention, MachineRate.linearGflops(), peak > 0 ? peak : compiledPeak());
  }

  /** Multiplies and adds in registers alone, in enough chains to hide the latency. */
  private static double compiledPeak() {
    final float[] left = new float[1];
    final double operations = 2.0 * PEAK_STEPS * CHAINS * LANES.length();
    return MachineRate.best(operations, ENOUGH_NS, () -> left[0] = chains(PEAK_STEPS, left[0]));
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
    final float[] weights = new float[ROWS * STRIDE];
    final float[] values = new float[FLOATS];
    final float[] out = new float[ROWS * HEAD_DIM];
    final AttentionKernels kernels = AttentionProducts.kernels();
    final Runnable product =
        kernels == null ? vectors(weights, values, out) : code(kernels, weights, values, out);
    return MachineRate.best(2.0 * ROWS * SLOTS * HEAD_DIM, ENOUGH_NS, product);
  }

  private static Runnable vectors(final float[] weights, final float[] values, final float[] out) {
    final WeighKernel kernel = new WeighKernel();
    return () -> {
      kernel.left(weights, 0, STRIDE);
      kernel.right(values, ALIGNMENT, HEAD_DIM, SLOTS);
      kernel.sum(out, 0, HEAD_DIM);
      kernel.add(ROWS, HEAD_DIM);
    };
  }

  private static Runnable code(
      final AttentionKernels kernels,
      final float[] weights,
      final float[] values,
      final float[] out) {
    final var a = new AttentionKernels.Matrix(MemorySegment.ofArray(weights), 0, STRIDE);
    final MemorySegment cells = MemorySegment.ofArray(values);
    return () -> {
      for (int column = 0; column < HEAD_DIM; column += AttentionKernels.COLUMNS) {
        final int[] place = {ALIGNMENT + column};
        kernels.values(
            a,
            new AttentionKernels.Cells(cells, Float.BYTES, HEAD_DIM, SLOTS, place, place, 1),
            new AttentionKernels.Matrix(MemorySegment.ofArray(out), column, HEAD_DIM),
            ROWS,
            AttentionKernels.COLUMNS);
      }
    };
  }

  /**
   * Says whether every kernel reaches what can be expected.
   *
   * @return false if one is below a third of the peak.
   */
  public boolean good() {
    final double least = MIN_SHARE * peakGflops;
    return attentionGflops >= least && (linearGflops == 0 || linearGflops >= least);
  }

  /**
   * Describes the rates for a log.
   *
   * @return a few words; they say so where a kernel is slow.
   */
  public String text() {
    final String linear =
        linearGflops == 0 ? "" : String.format(Locale.ROOT, "linear %.0f, ", linearGflops);
    return String.format(
        Locale.ROOT,
        "%sattention %.0f of %.0f GFLOP/s%s",
        linear,
        attentionGflops,
        peakGflops,
        good()
            ? ""
            : ": far below what the machine can do; if the next process shows the same, please"
                + " report it");
  }
}
