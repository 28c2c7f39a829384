package dev.coppice.decoder.kernel;

import static dev.coppice.decoder.machine.Assembler.R9;
import static dev.coppice.decoder.machine.Assembler.RSP;

import dev.coppice.decoder.machine.Assembler;
import dev.coppice.decoder.machine.Assembler.Memory;
import dev.coppice.decoder.machine.MachineCode;
import dev.coppice.decoder.machine.MappedMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/**
 * Measures what machine code reaches here: multiply-adds in registers alone, and a linear layer.
 *
 * <p>No compiler stands between, so the first is what everything else can be compared with. The best of
 * many short rounds counts: a busy machine takes some of them away, not all.
 *
 * @thread any.
 */
public final class MachineRate {
  private static final int SUMS = 24;
  private static final int STEPS = 10_000;

  /** Long beside the cost of a call, and two panels of it fit the second cache. */
  private static final int DEPTH = 1024;

  private static final int ROWS = 2 * TileCode.mostRows(false);
  private static final int LANES = Assembler.VECTOR / Float.BYTES;
  private static final long ENOUGH_NS = TimeUnit.MILLISECONDS.toNanos(6);

  private MachineRate() {}

  /**
   * Times work of a known size again and again for some time.
   *
   * @param operations of one round.
   * @param enoughNs for which rounds are run, at least three of them.
   * @param round to time.
   * @return the rate of the best round, in GFLOP/s.
   */
  public static double best(final double operations, final long enoughNs, final Runnable round) {
    final long begin = System.nanoTime();
    double best = 0;
    for (int i = 0; i < 3 || System.nanoTime() - begin < enoughNs; i++) {
      final long start = System.nanoTime();
      round.run();
      best = Math.max(best, operations / Math.max(1, System.nanoTime() - start));
    }
    return best;
  }

  /**
   * Measures multiply-adds in registers.
   *
   * @return GFLOP/s of one core, or 0 where this machine runs none of our code.
   */
  public static double peakGflops() {
    final MemorySegment[] places = MachineCode.place(new byte[][] {peakCode()});
    if (places == null) {
      return 0;
    }
    return best(
        2.0 * SUMS * LANES * STEPS,
        ENOUGH_NS,
        () -> TileKernels.call(places[0], MemorySegment.NULL, STEPS));
  }

  private static byte[] peakCode() {
    final Assembler code = new Assembler();
    code.loadLong(R9, Memory.at(RSP, 16));
    for (int i = 0; i <= SUMS; i++) {
      code.zero(i);
    }
    final int again = code.here();
    for (int i = 0; i < SUMS; i++) {
      code.multiplyAdd(i, SUMS, SUMS);
    }
    code.subtract(R9, 1);
    code.jumpBackIfNotNegative(again);
    code.cleanUpper();
    code.ret();
    return code.code();
  }

  /**
   * Measures one panel of f32 weights with two tiles of rows, from the second cache.
   *
   * @return GFLOP/s of one core, or 0 where this machine runs none of our code.
   */
  public static double linearGflops() {
    final TileKernels kernels = TileKernels.of(PanelFormat.FLOATS);
    if (kernels == null) {
      return 0;
    }
    final var in = new TileKernels.Rows(MemorySegment.ofArray(new float[ROWS * DEPTH]), 0, DEPTH);
    final float[] out = new float[ROWS * TileCode.COLUMNS];
    final var rows = new TileKernels.Rows(MemorySegment.ofArray(out), 0, TileCode.COLUMNS);
    try (Arena arena = Arena.ofConfined()) {
      final long bytes = (long) DEPTH * PanelFormat.FLOATS.stepBytes();
      // The kernel fetches what comes next as well, so there is a second one.
      final MemorySegment weights = MappedMemory.data(2 * bytes, arena).fill((byte) 0);
      final var panel = new TileKernels.Panel(weights.address(), DEPTH, weights.address() + bytes);
      return best(
          2.0 * ROWS * DEPTH * TileCode.COLUMNS,
          ENOUGH_NS,
          () -> kernels.panel(panel, in, rows, ROWS));
    }
  }
}
