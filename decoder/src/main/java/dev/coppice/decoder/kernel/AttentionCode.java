package dev.coppice.decoder.kernel;

import static dev.coppice.decoder.machine.Assembler.R10;
import static dev.coppice.decoder.machine.Assembler.R11;
import static dev.coppice.decoder.machine.Assembler.R12;
import static dev.coppice.decoder.machine.Assembler.R13;
import static dev.coppice.decoder.machine.Assembler.R14;
import static dev.coppice.decoder.machine.Assembler.R8;
import static dev.coppice.decoder.machine.Assembler.R9;
import static dev.coppice.decoder.machine.Assembler.RAX;
import static dev.coppice.decoder.machine.Assembler.RBP;
import static dev.coppice.decoder.machine.Assembler.RBX;
import static dev.coppice.decoder.machine.Assembler.RCX;
import static dev.coppice.decoder.machine.Assembler.RDI;
import static dev.coppice.decoder.machine.Assembler.RDX;
import static dev.coppice.decoder.machine.Assembler.RSI;
import static dev.coppice.decoder.machine.Assembler.RSP;
import static dev.coppice.decoder.machine.Assembler.VECTOR;

import dev.coppice.decoder.machine.Assembler;
import dev.coppice.decoder.machine.Assembler.Memory;

/**
 * Writes the kernels of attention over floats or half floats: up to 12 rows times two vectors of 16
 * columns; of values also up to 6 rows times four.
 *
 * <pre>
 *   void scores|values(a, aBytes, aStride, b, bStride, table, entries, c, cStride, depth, cBytes)
 *
 *   scores   for each entry of the table: c[r][cLeft..],  c[r][cRight..]
 *                = sum over k of a[r][k] * b[bLeft + k * bStride ..], b[bRight + k * bStride ..]
 *   values   c[r][0..] += sum over entries, then over k, of a[r][entry, k] * b[bLeft + k * bStride ..]
 *   table    per entry, in bytes: bLeft, bRight, cLeft, cRight - cLeft, and from bLeft and bRight to
 *            what is fetched meanwhile
 * </pre>
 *
 * <p>Half floats are widened in registers. Every sum runs over {@code k} in rising order with one fused
 * multiply-add each, as in the kernels of the vector API, which give the same bits. Narrow tiles of many
 * rows widen a value once for 12 rows; a widened vector costs as much as two or three multiply-adds.
 * Wide tiles of few rows keep more sums going, and read a value's columns in one pass.
 */
final class AttentionCode {
  /** Most rows: 24 sums, 2 columns of the right and 2 of the left fill 28 of 32 registers. */
  static final int MAX_ROWS = 12;

  /** Most rows of wide tiles: 24 sums again, and 4 columns of the right. */
  static final int MAX_WIDE_ROWS = 6;

  /** Longs of the table that an entry takes. */
  static final int ENTRY = 6;

  private static final int NARROW = 2;
  private static final int WIDE = 4;
  private static final int RIGHT = 24;
  private static final int LEFT = 28;

  /** Registers that belong to the caller, as the system's convention says. */
  private static final int[] SAVED = {RBX, RBP, R12, R13, R14};

  private static final int FIRST_STACK_ARGUMENT = 8 * (1 + SAVED.length);

  private final Assembler code = new Assembler();
  private final int rows;
  private final boolean scores;
  private final boolean half;
  private final int vectors;

  /**
   * Chooses a kernel.
   *
   * @param rows it computes, 1 to {@link #MAX_ROWS}.
   * @param scores whether it computes scores, or else adds values.
   * @param half whether b holds half floats.
   */
  AttentionCode(final int rows, final boolean scores, final boolean half) {
    this(rows, scores, half, NARROW);
  }

  private AttentionCode(
      final int rows, final boolean scores, final boolean half, final int vectors) {
    this.rows = rows;
    this.scores = scores;
    this.half = half;
    this.vectors = vectors;
  }

  /**
   * Chooses a kernel that adds values, 64 columns of them.
   *
   * @param rows it computes, 1 to {@link #MAX_WIDE_ROWS}.
   * @param half whether b holds half floats.
   * @return what writes it.
   */
  static AttentionCode wide(final int rows, final boolean half) {
    return new AttentionCode(rows, false, half, WIDE);
  }

  byte[] write() {
    begin();
    if (!scores) {
      valueSums(true);
    }
    final int nextEntry = code.here();
    entry();
    if (scores) {
      for (int i = 0; i < rows * vectors; i++) {
        code.zero(i);
      }
    }
    final int nextStep = code.here();
    step();
    code.subtract(RAX, 1);
    code.jumpBackIfNotNegative(nextStep);
    if (scores) {
      scoreSums();
      rewind();
    }
    code.add(R9, ENTRY * Long.BYTES);
    code.subtract(R14, 1);
    code.jumpBackIfNotNegative(nextEntry);
    if (!scores) {
      valueSums(false);
    }
    code.cleanUpper();
    for (int i = SAVED.length - 1; i >= 0; i--) {
      code.pop(SAVED[i]);
    }
    code.ret();
    return code.code();
  }

  private static Memory argument(final int index) {
    return Memory.at(RSP, FIRST_STACK_ARGUMENT + index * Long.BYTES);
  }

  /** Sets the rows' bases in RDI, R10 and R11, their stride in RDX, three of it in RSI. */
  private void begin() {
    for (final int register : SAVED) {
      code.push(register);
    }
    code.address(RDI, new Memory(RDI, RSI, 1, 0));
    code.address(RSI, new Memory(RDX, RDX, 2, 0));
    code.address(R10, new Memory(RDI, RSI, 1, 0));
    code.address(R11, new Memory(RDI, RSI, 2, 0));
    code.loadLong(R14, argument(0));
    code.subtract(R14, 1);
  }

  /** Takes an entry: places of the right in RBX and RBP, ways to what is fetched in R12 and R13. */
  private void entry() {
    code.loadLong(RBX, Memory.at(R9, 0));
    code.address(RBX, new Memory(RCX, RBX, 1, 0));
    code.loadLong(RBP, Memory.at(R9, 8));
    code.address(RBP, new Memory(RCX, RBP, 1, 0));
    code.loadLong(R12, Memory.at(R9, 32));
    code.loadLong(R13, Memory.at(R9, 40));
    code.loadLong(RAX, argument(3));
    code.subtract(RAX, 1);
  }

  private void step() {
    final int bytes = half ? VECTOR / 2 : VECTOR;
    for (int v = 0; v < vectors; v++) {
      right(RIGHT + v, vectors == WIDE || v == 0 ? Memory.at(RBX, v * bytes) : Memory.at(RBP, 0));
    }
    for (int row = 0; row < rows; row++) {
      final int left = LEFT + row % 2;
      code.broadcast(left, TileCode.place(row, 0));
      for (int v = 0; v < vectors; v++) {
        code.multiplyAdd(row * vectors + v, left, RIGHT + v);
      }
    }
    code.prefetch(new Memory(RBX, R12, 1, 0));
    for (int ahead = VECTOR; vectors == WIDE && ahead < vectors * bytes; ahead += VECTOR) {
      code.prefetch(new Memory(RBX, R12, 1, ahead));
    }
    if (vectors == NARROW && (scores || !half)) {
      code.prefetch(new Memory(RBP, R13, 1, 0));
    }
    code.address(RBX, new Memory(RBX, R8, 1, 0));
    code.address(RBP, new Memory(RBP, R8, 1, 0));
    for (int row = 0; row < Math.min(rows, 9); row += 3) {
      code.add(TileCode.base(row), Float.BYTES);
    }
  }

  private void right(final int target, final Memory place) {
    if (half) {
      code.widen(target, place);
    } else {
      code.load(target, place);
    }
  }

  /** Goes back to the first k. */
  private void rewind() {
    code.loadLong(RAX, argument(3));
    code.negate(RAX);
    for (int row = 0; row < Math.min(rows, 9); row += 3) {
      code.address(TileCode.base(row), new Memory(TileCode.base(row), RAX, 4, 0));
    }
  }

  /** Stores the sums of an entry. */
  private void scoreSums() {
    code.loadLong(RBX, argument(1));
    code.loadLong(RBP, argument(4));
    code.address(RBX, new Memory(RBX, RBP, 1, 0));
    code.loadLong(RBP, Memory.at(R9, 16));
    code.address(RBX, new Memory(RBX, RBP, 1, 0));
    code.loadLong(R12, Memory.at(R9, 24));
    code.loadLong(RAX, argument(2));
    for (int row = 0; row < rows; row++) {
      code.store(Memory.at(RBX, 0), row * vectors);
      code.store(new Memory(RBX, R12, 1, 0), row * vectors + 1);
      code.address(RBX, new Memory(RBX, RAX, 1, 0));
    }
  }

  /** Loads or stores the sums of all entries. */
  private void valueSums(final boolean load) {
    code.loadLong(RBX, argument(1));
    code.loadLong(RBP, argument(4));
    code.address(RBX, new Memory(RBX, RBP, 1, 0));
    code.loadLong(RAX, argument(2));
    for (int row = 0; row < rows; row++) {
      for (int v = 0; v < vectors; v++) {
        final Memory place = Memory.at(RBX, v * VECTOR);
        if (load) {
          code.load(row * vectors + v, place);
        } else {
          code.store(place, row * vectors + v);
        }
      }
      code.address(RBX, new Memory(RBX, RAX, 1, 0));
    }
  }
}
