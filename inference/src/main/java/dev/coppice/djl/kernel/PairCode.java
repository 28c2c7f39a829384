package dev.coppice.djl.kernel;

import static dev.coppice.djl.kernel.Assembler.R10;
import static dev.coppice.djl.kernel.Assembler.R11;
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
 * Writes the kernel of scores: a few rows times two strips of 32 columns, which may lie apart, or
 * one such strip.
 *
 * <pre>
 *   void pair(a, aBytes, aStride, b, leftBytes, rightBytes, bStride, c, cLeft, cRight, cStride, depth,
 *             ahead, aheadRight)
 *
 *   c[r][0..31]  = sum over k of a[r][k] * b[leftBytes  + k * bStride]
 *   c[r][32..63] = sum over k of a[r][k] * b[rightBytes + k * bStride]
 *   ahead             bytes from the left strip to what is fetched meanwhile, a row of it per k
 * </pre>
 *
 * <p>Sums run over {@code k} in rising order with one fused multiply-add each, as in the kernels of
 * the vector API, which give the same bits.
 */
final class PairCode {
  /** Most rows: 24 sums, 4 columns of the right and 2 of the left fill 30 of 32 registers. */
  static final int MOST_ROWS = 6;

  private static final int VECTORS = 4;
  private static final int RIGHT = 24;
  private static final int LEFT = 28;
  private static final int FIRST_STACK_ARGUMENT = 8;

  private final Assembler code = new Assembler();
  private final int rows;
  private final int vectors;
  private final int lines;

  /**
   * Chooses a kernel.
   *
   * @param rows it computes, 1 to {@link #MOST_ROWS}.
   * @param single whether there is a left strip alone.
   * @param lines of 64 bytes that are fetched ahead with every k: 0, 1, 2, or 4 in both strips.
   */
  PairCode(final int rows, final boolean single, final int lines) {
    this.rows = rows;
    this.vectors = single ? 2 : VECTORS;
    this.lines = lines;
  }

  byte[] write() {
    begin();
    for (int i = 0; i < rows * vectors; i++) {
      code.zero(i);
    }
    code.loadLong(RSI, argument(6));
    code.loadLong(R11, argument(7));
    final int again = code.here();
    step();
    code.subtract(RAX, 1);
    code.jumpBackIfNotNegative(again);
    store();
    code.cleanUpper();
    code.ret();
    return code.code();
  }

  /** Adds offsets to bases: a in RDI and R10, b in RCX and R8, their strides in RDX and R9. */
  private void begin() {
    code.address(RDI, new Memory(RDI, RSI, 1, 0));
    code.address(R8, new Memory(RCX, R8, 1, 0));
    code.address(R9, new Memory(RCX, R9, 1, 0));
    code.address(RCX, new Memory(R8, -1, 1, 0));
    code.address(R8, new Memory(R9, -1, 1, 0));
    code.loadLong(R9, argument(0));
    code.loadLong(RAX, argument(5));
    code.subtract(RAX, 1);
    code.address(R10, new Memory(RDX, RDX, 2, 0));
    code.address(R10, new Memory(RDI, R10, 1, 0));
  }

  private static Memory argument(final int index) {
    return Memory.at(RSP, FIRST_STACK_ARGUMENT + index * Long.BYTES);
  }

  private void step() {
    for (int v = 0; v < vectors; v++) {
      code.load(RIGHT + v, Memory.at(v < 2 ? RCX : R8, v % 2 * VECTOR));
    }
    for (int row = 0; row < rows; row++) {
      final int left = LEFT + row % 2;
      final int base = row < 3 ? RDI : R10;
      final Memory place = row % 3 == 0 ? Memory.at(base, 0) : new Memory(base, RDX, row % 3, 0);
      code.broadcast(left, place);
      for (int v = 0; v < vectors; v++) {
        code.multiplyAdd(row * vectors + v, left, RIGHT + v);
      }
    }
    for (int line = 0; line < lines; line++) {
      code.prefetch(new Memory(RCX, line < 2 ? RSI : R11, 1, line % 2 * VECTOR));
    }
    code.address(RCX, new Memory(RCX, R9, 1, 0));
    if (vectors == VECTORS) {
      code.address(R8, new Memory(R8, R9, 1, 0));
    }
    code.add(RDI, Float.BYTES);
    if (rows > 3) {
      code.add(R10, Float.BYTES);
    }
  }

  /** Stores all sums; the strips' places are in R11, their stride in RSI. */
  private void store() {
    strip(2, 0);
    if (vectors == VECTORS) {
      strip(3, 2);
    }
  }

  private void strip(final int offset, final int vector) {
    code.loadLong(RSI, argument(1));
    code.loadLong(R11, argument(offset));
    code.address(R11, new Memory(RSI, R11, 1, 0));
    code.loadLong(RSI, argument(4));
    for (int row = 0; row < rows; row++) {
      for (int v = 0; v < 2; v++) {
        code.store(Memory.at(R11, v * VECTOR), row * vectors + vector + v);
      }
      code.address(R11, new Memory(R11, RSI, 1, 0));
    }
  }
}
