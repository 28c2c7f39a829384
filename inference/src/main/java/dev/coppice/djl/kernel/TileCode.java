package dev.coppice.djl.kernel;

import static dev.coppice.djl.kernel.Assembler.R10;
import static dev.coppice.djl.kernel.Assembler.R8;
import static dev.coppice.djl.kernel.Assembler.R9;
import static dev.coppice.djl.kernel.Assembler.RAX;
import static dev.coppice.djl.kernel.Assembler.RCX;
import static dev.coppice.djl.kernel.Assembler.RDI;
import static dev.coppice.djl.kernel.Assembler.RDX;
import static dev.coppice.djl.kernel.Assembler.RSI;
import static dev.coppice.djl.kernel.Assembler.RSP;
import static dev.coppice.djl.kernel.Assembler.VECTOR;

import dev.coppice.djl.kernel.Assembler.Memory;

/**
 * Writes the kernel that multiplies a few rows with one panel of 64 outputs: {@code out[r][n] = sum
 * over k of x[r][k] * w[k][n]}, summed over {@code k} in rising order with one fused multiply-add
 * each.
 *
 * <pre>
 *   void tile(x, xBytes, xStride, w, out, outBytes, outStride, depth, ahead)
 *
 *   sums     rows x 4 vectors, in registers from the first k to the last
 *   w[k]     4 vectors: as floats, or as bf16 in two vectors of pairs (columns j and j + 16)
 *   ahead    where the next panel begins to be fetched while this one is computed
 * </pre>
 */
final class TileCode {
  /** Most rows of a tile: 24 sums, 4 weights, 2 inputs and a mask make 31 of 32 registers. */
  static final int MOST_ROWS = 6;

  /** Outputs of a panel. */
  static final int COLUMNS = 64;

  private static final int UNROLL = 4;
  private static final int VECTORS = 4;
  private static final int WEIGHTS = 24;
  private static final int INPUT = 28;
  private static final int MASK = 31;

  /** How far ahead a lone tile fetches its own panel. */
  private static final int DISTANCE = 3072;

  private final Assembler code = new Assembler();
  private final int rows;
  private final boolean bf16;
  private final boolean lone;

  /**
   * Chooses a kernel.
   *
   * @param rows it computes, 1 to {@link #MOST_ROWS}.
   * @param bf16 whether weights are pairs of bf16.
   * @param lone whether no other tile shares the panel.
   */
  TileCode(final int rows, final boolean bf16, final boolean lone) {
    this.rows = rows;
    this.bf16 = bf16;
    this.lone = lone;
  }

  /** Returns the bytes of the weights of one k. */
  static int stepBytes(final boolean bf16) {
    return COLUMNS * (bf16 ? 2 : 4);
  }

  byte[] write() {
    begin();
    for (int i = 0; i < rows * VECTORS; i++) {
      code.zero(i);
    }
    loop(UNROLL);
    loop(1);
    for (int row = 0; row < rows; row++) {
      for (int v = 0; v < VECTORS; v++) {
        code.store(Memory.at(R8, v * VECTOR), row * VECTORS + v);
      }
      if (row + 1 < rows) {
        code.address(R8, new Memory(R8, RSI, 1, 0));
      }
    }
    code.cleanUpper();
    code.ret();
    return code.code();
  }

  /** Adds offsets to bases and takes the arguments beyond the sixth from the stack. */
  private void begin() {
    code.address(RDI, new Memory(RDI, RSI, 1, 0));
    code.address(R8, new Memory(R8, R9, 1, 0));
    code.loadLong(RSI, Memory.at(RSP, 8));
    code.loadLong(R9, Memory.at(RSP, 16));
    if (bf16) {
      code.setInt(RAX, 0xFFFF0000);
      code.broadcastInt(MASK, RAX);
    }
    code.loadLong(RAX, Memory.at(RSP, 24));
    code.address(R10, new Memory(RDX, RDX, 2, 0));
    code.address(R10, new Memory(RDI, R10, 1, 0));
  }

  /** Runs while at least {@code steps} of k are left; R9 counts them. */
  private void loop(final int steps) {
    code.subtract(R9, steps);
    final int over = code.jumpIfNegative();
    final int again = code.here();
    final int lines = stepBytes(bf16) * steps / VECTOR;
    for (int k = 0; k < steps; k++) {
      step(k);
      for (int line = lines * k / steps; line < lines * (k + 1) / steps; line++) {
        if (lone) {
          code.prefetch(Memory.at(RCX, DISTANCE + line * VECTOR));
        } else if (line % 2 == 0) {
          code.prefetch(Memory.at(RAX, line / 2 * VECTOR));
        }
      }
    }
    code.add(RDI, steps * Float.BYTES);
    code.add(R10, steps * Float.BYTES);
    code.add(RCX, steps * stepBytes(bf16));
    code.add(RAX, steps * stepBytes(bf16) / 2);
    code.subtract(R9, steps);
    code.jumpBackIfNotNegative(again);
    code.land(over);
    code.add(R9, steps);
  }

  private void step(final int k) {
    final int offset = k * stepBytes(bf16);
    for (int v = 0; v < VECTORS; v++) {
      if (!bf16) {
        code.load(WEIGHTS + v, Memory.at(RCX, offset + v * VECTOR));
      } else if (v % 2 == 0) {
        code.shiftLeft(WEIGHTS + v, Memory.at(RCX, offset + v / 2 * VECTOR), 16);
      } else {
        code.and(WEIGHTS + v, MASK, Memory.at(RCX, offset + v / 2 * VECTOR));
      }
    }
    for (int row = 0; row < rows; row++) {
      final int input = INPUT + row % 2;
      code.broadcast(input, place(row, k * Float.BYTES));
      for (int v = 0; v < VECTORS; v++) {
        code.multiplyAdd(row * VECTORS + v, input, WEIGHTS + v);
      }
    }
  }

  /** Rows 0 to 2 are reached from RDI, 3 to 5 from R10; the stride is in RDX. */
  private static Memory place(final int row, final int offset) {
    final int base = row < 3 ? RDI : R10;
    return row % 3 == 0 ? Memory.at(base, offset) : new Memory(base, RDX, row % 3, offset);
  }
}
