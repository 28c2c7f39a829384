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
 * Writes the kernel of attention that adds weighted values of several blocks to 64 columns.
 *
 * <pre>
 *   void chain(a, aBytes, aStride, b, bBytes, table, tableBytes, bStride, c, cBytes, cStride,
 *              depth, blocks, aSkip, aheadShift)
 *
 *   c[r][0..63] += sum over blocks, then over k, of a[r][block, k] * b[block][k]
 *   table        per block: bytes to what is fetched meanwhile, bytes from its end to the next block
 *   aSkip        bytes of a between two blocks
 *   aheadShift   bytes that are added to what is fetched
 * </pre>
 *
 * <p>Sums stay in registers from the first block to the last, in rising order of {@code k} with one
 * fused multiply-add each, as in the kernels of the vector API, which give the same bits.
 */
final class ChainCode {
  /** Most rows: 24 sums, 4 values and 2 weights fill 30 of 32 registers. */
  static final int MOST_ROWS = 6;

  /** Columns of a kernel. */
  static final int COLUMNS = 64;

  /** Longs of the table that a block takes. */
  static final int ENTRY = 2;

  private static final int VECTORS = 4;
  private static final int VALUES = 24;
  private static final int WEIGHT = 28;
  private static final int FIRST_STACK_ARGUMENT = 8;

  private final Assembler code = new Assembler();
  private final int rows;
  private final int lines;

  /**
   * Chooses a kernel.
   *
   * @param rows it computes, 1 to {@link #MOST_ROWS}.
   * @param lines of 64 bytes that are fetched ahead with every k, 0 to 4.
   */
  ChainCode(final int rows, final int lines) {
    this.rows = rows;
    this.lines = lines;
  }

  private static Memory argument(final int index) {
    return Memory.at(RSP, FIRST_STACK_ARGUMENT + index * Long.BYTES);
  }

  byte[] write() {
    begin();
    sums(true);
    code.loadLong(R11, argument(6));
    code.subtract(R11, 1);
    final int nextBlock = code.here();
    code.loadLong(RSI, Memory.at(R8, 0));
    code.loadLong(RAX, argument(8));
    code.address(RSI, new Memory(RSI, RAX, 1, 0));
    code.loadLong(RAX, argument(5));
    code.subtract(RAX, 1);
    final int nextStep = code.here();
    step();
    code.subtract(RAX, 1);
    code.jumpBackIfNotNegative(nextStep);
    code.loadLong(RAX, Memory.at(R8, Long.BYTES));
    code.address(RCX, new Memory(RCX, RAX, 1, 0));
    code.loadLong(RAX, argument(7));
    code.address(RDI, new Memory(RDI, RAX, 1, 0));
    code.address(R10, new Memory(R10, RAX, 1, 0));
    code.add(R8, ENTRY * Long.BYTES);
    code.subtract(R11, 1);
    code.jumpBackIfNotNegative(nextBlock);
    sums(false);
    code.cleanUpper();
    code.ret();
    return code.code();
  }

  /** Adds offsets to bases: a in RDI and R10, b in RCX, the table in R8; strides in RDX and R9. */
  private void begin() {
    code.address(RDI, new Memory(RDI, RSI, 1, 0));
    code.address(RCX, new Memory(RCX, R8, 1, 0));
    code.loadLong(RAX, argument(0));
    code.address(R8, new Memory(R9, RAX, 1, 0));
    code.loadLong(R9, argument(1));
    code.address(R10, new Memory(RDX, RDX, 2, 0));
    code.address(R10, new Memory(RDI, R10, 1, 0));
  }

  private void step() {
    for (int v = 0; v < VECTORS; v++) {
      code.load(VALUES + v, Memory.at(RCX, v * VECTOR));
    }
    for (int row = 0; row < rows; row++) {
      final int weight = WEIGHT + row % 2;
      final int base = row < 3 ? RDI : R10;
      final Memory place = row % 3 == 0 ? Memory.at(base, 0) : new Memory(base, RDX, row % 3, 0);
      code.broadcast(weight, place);
      for (int v = 0; v < VECTORS; v++) {
        code.multiplyAdd(row * VECTORS + v, weight, VALUES + v);
      }
    }
    for (int line = 0; line < lines; line++) {
      code.prefetch(new Memory(RCX, RSI, 1, line * VECTOR));
    }
    code.address(RCX, new Memory(RCX, R9, 1, 0));
    code.add(RDI, Float.BYTES);
    code.add(R10, Float.BYTES);
  }

  /** Loads or stores all sums; their place is in R11, their stride in RSI. */
  private void sums(final boolean load) {
    code.loadLong(RSI, argument(2));
    code.loadLong(R11, argument(3));
    code.address(R11, new Memory(RSI, R11, 1, 0));
    code.loadLong(RSI, argument(4));
    for (int row = 0; row < rows; row++) {
      for (int v = 0; v < VECTORS; v++) {
        final Memory place = Memory.at(R11, v * VECTOR);
        if (load) {
          code.load(row * VECTORS + v, place);
        } else {
          code.store(place, row * VECTORS + v);
        }
      }
      code.address(R11, new Memory(R11, RSI, 1, 0));
    }
  }
}
