package dev.coppice.decoder.kernel;

import static dev.coppice.decoder.machine.Assembler.R10;
import static dev.coppice.decoder.machine.Assembler.R11;
import static dev.coppice.decoder.machine.Assembler.R8;
import static dev.coppice.decoder.machine.Assembler.R9;
import static dev.coppice.decoder.machine.Assembler.RAX;
import static dev.coppice.decoder.machine.Assembler.RCX;
import static dev.coppice.decoder.machine.Assembler.RDI;
import static dev.coppice.decoder.machine.Assembler.RDX;
import static dev.coppice.decoder.machine.Assembler.RSI;
import static dev.coppice.decoder.machine.Assembler.RSP;
import static dev.coppice.decoder.machine.Assembler.VECTOR;

import dev.coppice.decoder.machine.Assembler;
import dev.coppice.decoder.machine.Assembler.Memory;

/**
 * Writes the kernels that multiply a few rows with a panel of 64 outputs or with half of one: {@code
 * out[r][n] = sum over k of x[r][k] * w[k][n]}, summed in one order with one fused multiply-add
 * each.
 *
 * <pre>
 *   void tile(x, xBytes, xStride, w, out, outBytes, outStride, steps, ahead)
 *
 *   sums     24 vectors at most, in registers from the first step to the last:
 *            6 rows x 4 vectors (a panel), or 12 rows x 2 vectors (half of one)
 *   w        as {@link PanelFormat} says
 *   order    k rises; where inputs are rounded, an odd k comes before the even one below it
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

  /** Makes zeros of denormals that are read and of those that come out. */
  private static final int NO_DENORMALS = 0x8040;

  /** The caller's control word, and ours, below the stack's top. */
  private static final Memory CONTROL = Memory.at(RSP, -8);

  private static final Memory OWN_CONTROL = Memory.at(RSP, -4);

  private final Assembler code = new Assembler();
  private final int rows;
  private final int vectors;
  private final PanelFormat format;
  private final int lines;

  /**
   * Chooses a kernel.
   *
   * @param rows it computes, 1 to {@link #mostRows}.
   * @param half whether it computes half a panel.
   * @param format of the weights.
   * @param lines of 64 bytes that are fetched ahead in every four steps.
   */
  TileCode(final int rows, final boolean half, final PanelFormat format, final int lines) {
    this.rows = rows;
    this.vectors = half ? 2 : 4;
    this.format = format;
    this.lines = lines;
  }

  /** Returns the most rows of a kernel. */
  static int mostRows(final boolean half) {
    return SUMS / (half ? 2 : 4);
  }

  /** Returns the lines of a panel that four steps read. */
  static int linesPerRound(final PanelFormat format) {
    return format.stepBytes() * UNROLL / VECTOR;
  }

  /** Returns how many bytes a kernel fetches ahead. */
  static long aheadBytes(final int lines, final int steps) {
    return (long) steps / UNROLL * lines * VECTOR;
  }

  /** Writes {@code void fetch(-, -, -, from, -, -, -, lines, -)}. */
  static byte[] fetching() {
    final Assembler code = new Assembler();
    code.loadLong(R9, Memory.at(RSP, 16));
    code.subtract(R9, 1);
    final int over = code.jumpIfNegative();
    final int again = code.here();
    code.prefetch(Memory.at(RCX, 0));
    code.add(RCX, VECTOR);
    code.subtract(R9, 1);
    code.jumpBackIfNotNegative(again);
    code.bind(over);
    code.ret();
    return code.code();
  }

  byte[] write() {
    begin();
    for (int i = 0; i < rows * vectors; i++) {
      code.zero(i);
    }
    loop(UNROLL);
    if (format == PanelFormat.ORDERED) {
      loop(2);
    }
    loop(1);
    if (format == PanelFormat.ORDERED) {
      code.loadControl(CONTROL);
    }
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
    if (format.widens()) {
      code.setInt(RAX, 0xFFFF0000);
      code.broadcastInt(MASK, RAX);
    }
    if (format == PanelFormat.ORDERED) {
      code.storeControl(CONTROL);
      code.loadInt(RAX, CONTROL);
      code.orInt(RAX, NO_DENORMALS);
      code.storeInt(OWN_CONTROL, RAX);
      code.loadControl(OWN_CONTROL);
    }
    code.loadLong(RAX, Memory.at(RSP, 24));
    code.address(RSI, new Memory(RDX, RDX, 2, 0));
    code.address(R10, new Memory(RDI, RSI, 1, 0));
    code.address(R11, new Memory(RDI, RSI, 2, 0));
  }

  /** Runs while at least {@code steps} are left; R9 counts them. */
  private void loop(final int steps) {
    final int swap = format == PanelFormat.ORDERED && steps > 1 ? 1 : 0;
    code.subtract(R9, steps);
    final int over = code.jumpIfNegative();
    final int again = code.here();
    for (int k = 0; k < steps; k++) {
      step(k ^ swap);
      for (int line = lines * k / UNROLL; line < lines * (k + 1) / UNROLL; line++) {
        code.prefetch(Memory.at(RAX, line * VECTOR));
      }
    }
    for (int row = 0; row < Math.min(rows, 9); row += 3) {
      code.add(base(row), steps * format.stepInputBytes());
    }
    code.add(RCX, steps * format.stepBytes());
    if (lines > 0 && steps == UNROLL) {
      code.add(RAX, lines * VECTOR);
    }
    code.subtract(R9, steps);
    code.jumpBackIfNotNegative(again);
    code.bind(over);
    code.add(R9, steps);
  }

  private void step(final int k) {
    final int offset = k * format.stepBytes();
    if (format == PanelFormat.PAIRS && rows == 1) {
      // A lone row takes every weight once, so it needs no register.
      code.broadcast(INPUT, place(0, k * format.stepInputBytes()));
      for (int v = 0; v < vectors; v++) {
        code.multiplyAddPairs(v, INPUT, Memory.at(RCX, offset + v * VECTOR));
      }
      return;
    }
    for (int v = 0; v < vectors; v++) {
      weight(v, offset);
    }
    for (int row = 0; row < rows; row++) {
      final int input = INPUT + row % 2;
      code.broadcast(input, place(row, k * format.stepInputBytes()));
      for (int v = 0; v < vectors; v++) {
        if (format == PanelFormat.PAIRS) {
          code.multiplyAddPairs(row * vectors + v, input, WEIGHTS + v);
        } else {
          code.multiplyAdd(row * vectors + v, input, WEIGHTS + v);
        }
      }
    }
  }

  private void weight(final int v, final int offset) {
    if (!format.widens()) {
      code.load(WEIGHTS + v, Memory.at(RCX, offset + v * VECTOR));
    } else if (v % 2 == 0) {
      code.shiftLeft(WEIGHTS + v, Memory.at(RCX, offset + v / 2 * VECTOR), 16);
    } else {
      code.and(WEIGHTS + v, MASK, Memory.at(RCX, offset + v / 2 * VECTOR));
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
