package dev.coppice.decoder.kernel;

import static dev.coppice.decoder.kernel.Assembler.R10;
import static dev.coppice.decoder.kernel.Assembler.R11;
import static dev.coppice.decoder.kernel.Assembler.R8;
import static dev.coppice.decoder.kernel.Assembler.R9;
import static dev.coppice.decoder.kernel.Assembler.RAX;
import static dev.coppice.decoder.kernel.Assembler.RCX;
import static dev.coppice.decoder.kernel.Assembler.RDI;
import static dev.coppice.decoder.kernel.Assembler.RDX;
import static dev.coppice.decoder.kernel.Assembler.RSI;
import static dev.coppice.decoder.kernel.Assembler.RSP;
import static dev.coppice.decoder.kernel.Assembler.VECTOR;

import dev.coppice.decoder.kernel.Assembler.Memory;

/**
 * Writes the kernels that multiply a few rows with a panel of 64 outputs or with half of one: {@code
 * out[r][n] = sum over k of x[r][k] * w[k][n]}, summed over {@code k} in rising order with one fused
 * multiply-add each.
 *
 * <pre>
 *   void tile(x, xBytes, xStride, w, out, outBytes, outStride, depth, ahead)
 *
 *   sums     24 vectors at most, in registers from the first k to the last:
 *            6 rows x 4 vectors (a panel), or 12 rows x 2 vectors (half of one)
 *   w[k]     as floats, or as bf16 in vectors of pairs (columns j and j + 16)
 *   ahead    what will be read next, fetched at an even pace meanwhile
 * </pre>
 *
 * <p>Half panels read a weight once for 12 rows instead of 6, which halves the work of widening bf16;
 * whole panels load fewer inputs, and keep more sums going where rows are few.
 */
final class TileCode {
  /** Outputs of a panel. */
  static final int COLUMNS = 64;

  /** Sums in registers, in vectors; weights, inputs and a mask take the others. */
  private static final int SUMS = 24;

  private static final int UNROLL = 4;
  private static final int WEIGHTS = 24;
  private static final int INPUT = 28;
  private static final int MASK = 31;

  private final Assembler code = new Assembler();
  private final int rows;
  private final int vectors;
  private final boolean bf16;
  private final int lines;

  /**
   * Chooses a kernel.
   *
   * @param rows it computes, 1 to {@link #mostRows}.
   * @param half whether it computes half a panel.
   * @param bf16 whether weights are pairs of bf16.
   * @param lines of 64 bytes that are fetched ahead in every four steps of k.
   */
  TileCode(final int rows, final boolean half, final boolean bf16, final int lines) {
    this.rows = rows;
    this.vectors = half ? 2 : 4;
    this.bf16 = bf16;
    this.lines = lines;
  }

  /** Returns the most rows of a kernel. */
  static int mostRows(final boolean half) {
    return SUMS / (half ? 2 : 4);
  }

  /** Returns the bytes of the weights of one k. */
  static int stepBytes(final boolean bf16) {
    return COLUMNS * (bf16 ? 2 : 4);
  }

  /** Returns the lines of a panel that four steps of k read. */
  static int linesPerRound(final boolean bf16) {
    return stepBytes(bf16) * UNROLL / VECTOR;
  }

  /** Returns how many bytes a kernel fetches ahead. */
  static long aheadBytes(final int lines, final int depth) {
    return (long) depth / UNROLL * lines * VECTOR;
  }

  byte[] write() {
    begin();
    for (int i = 0; i < rows * vectors; i++) {
      code.zero(i);
    }
    loop(UNROLL);
    loop(1);
    code.loadLong(RSI, Memory.at(RSP, 8));
    for (int row = 0; row < rows; row++) {
      for (int v = 0; v < vectors; v++) {
        code.store(Memory.at(R8, v * VECTOR), row * vectors + v);
      }
      if (row + 1 < rows) {
        code.address(R8, new Memory(R8, RSI, 1, 0));
      }
    }
    code.cleanUpper();
    code.ret();
    return code.code();
  }

  /** Adds offsets to bases, takes the arguments beyond the sixth from the stack, sets the rows. */
  private void begin() {
    code.address(RDI, new Memory(RDI, RSI, 1, 0));
    code.address(R8, new Memory(R8, R9, 1, 0));
    code.loadLong(R9, Memory.at(RSP, 16));
    if (bf16) {
      code.setInt(RAX, 0xFFFF0000);
      code.broadcastInt(MASK, RAX);
    }
    code.loadLong(RAX, Memory.at(RSP, 24));
    code.address(RSI, new Memory(RDX, RDX, 2, 0));
    code.address(R10, new Memory(RDI, RSI, 1, 0));
    code.address(R11, new Memory(RDI, RSI, 2, 0));
  }

  /** Runs while at least {@code steps} of k are left; R9 counts them. */
  private void loop(final int steps) {
    code.subtract(R9, steps);
    final int over = code.jumpIfNegative();
    final int again = code.here();
    for (int k = 0; k < steps; k++) {
      step(k);
      for (int line = lines * k / UNROLL; line < lines * (k + 1) / UNROLL; line++) {
        code.prefetch(Memory.at(RAX, line * VECTOR));
      }
    }
    for (int row = 0; row < Math.min(rows, 9); row += 3) {
      code.add(base(row), steps * Float.BYTES);
    }
    code.add(RCX, steps * stepBytes(bf16));
    if (lines > 0 && steps == UNROLL) {
      code.add(RAX, lines * VECTOR);
    }
    code.subtract(R9, steps);
    code.jumpBackIfNotNegative(again);
    code.bind(over);
    code.add(R9, steps);
  }

  private void step(final int k) {
    final int offset = k * stepBytes(bf16);
    for (int v = 0; v < vectors; v++) {
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
      for (int v = 0; v < vectors; v++) {
        code.multiplyAdd(row * vectors + v, input, WEIGHTS + v);
      }
    }
  }

  /**
   * Reaches one of 12 rows from one of three bases: RDI at row 0, R10 at row 3, R11 at row 6; RDX holds the
   * stride and RSI three of them.
   */
  static Memory place(final int row, final int offset) {
    return switch (row) {
      case 0, 3, 6 -> Memory.at(base(row), offset);
      case 1, 4, 7 -> new Memory(base(row), RDX, 1, offset);
      case 2, 5, 8 -> new Memory(base(row), RDX, 2, offset);
      case 9 -> new Memory(R11, RSI, 1, offset);
      case 10 -> new Memory(R11, RDX, 4, offset);
      default -> new Memory(R10, RDX, 8, offset);
    };
  }

  static int base(final int row) {
    return row < 3 ? RDI : row < 6 ? R10 : R11;
  }
}
