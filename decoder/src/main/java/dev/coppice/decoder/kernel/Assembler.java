package dev.coppice.decoder.kernel;

import java.util.Arrays;

/**
 * Writes the few x86-64 instructions that matrix kernels need.
 *
 * <pre>
 *   EVEX   62 | R X B R' 0 m m m | W v v v v 1 p p | z L'L b V' a a a | opcode | ModRM | SIB | disp
 * </pre>
 *
 * <p>Vector registers are numbered 0 to 31 and hold 16 floats; general registers carry the numbers
 * of the manual.
 *
 * @thread one at a time.
 * @source Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, chapter 2.7.
 */
final class Assembler {
  static final int RAX = 0;
  static final int RCX = 1;
  static final int RDX = 2;
  static final int RBX = 3;
  static final int RSP = 4;
  static final int RBP = 5;
  static final int RSI = 6;
  static final int RDI = 7;
  static final int R8 = 8;
  static final int R9 = 9;
  static final int R10 = 10;
  static final int R11 = 11;
  static final int R12 = 12;
  static final int R13 = 13;
  static final int R14 = 14;

  /** Bytes of a vector. */
  static final int VECTOR = 64;

  private static final int MAP_0F = 1;
  private static final int MAP_0F38 = 2;
  private static final int NO_PREFIX = 0;
  private static final int PREFIX_66 = 1;

  private byte[] code = new byte[4096];
  private int size;

  /**
   * Names a place in memory: {@code base + index * scale + displacement}.
   *
   * @param base register.
   * @param index register, or -1.
   * @param scale 1, 2, 4 or 8.
   * @param displacement in bytes.
   */
  record Memory(int base, int index, int scale, int displacement) {
    static Memory at(final int base, final int displacement) {
      return new Memory(base, -1, 1, displacement);
    }
  }

  byte[] code() {
    return Arrays.copyOf(code, size);
  }

  /** Returns the place of the next instruction, to jump back to. */
  int here() {
    return size;
  }

  private void emit(final int... bytes) {
    if (size + bytes.length > code.length) {
      code = Arrays.copyOf(code, code.length * 2);
    }
    for (final int b : bytes) {
      code[size++] = (byte) b;
    }
  }

  private void emitInt(final int value) {
    emit(value, value >> 8, value >> 16, value >> 24);
  }

  // --- vectors ----------------------------------------------------------------------------------

  private void prefix(
      final int mapAndPrefix, final int reg, final int second, final int rmHigh, final int rmLow) {
    final int map = mapAndPrefix >> 4;
    final int pp = mapAndPrefix & 3;
    final int p0 = (~reg >> 3 & 1) << 7 | rmHigh << 6 | rmLow << 5 | (~reg >> 4 & 1) << 4 | map;
    final int p1 = (~second & 15) << 3 | 4 | pp;
    final int p2 = 0x40 | (~second >> 4 & 1) << 3;
    emit(0x62, p0, p1, p2);
  }

  private void vector(
      final int kind, final int opcode, final int reg, final int second, final int other) {
    prefix(kind, reg, second, ~other >> 4 & 1, ~other >> 3 & 1);
    emit(opcode, 0xC0 | (reg & 7) << 3 | other & 7);
  }

  private void vector(
      final int kind, final int opcode, final int reg, final int second, final Memory m) {
    vector(kind, opcode, reg, second, m, VECTOR);
  }

  private void vector(
      final int kind,
      final int opcode,
      final int reg,
      final int second,
      final Memory m,
      final int unit) {
    final int index = m.index < 0 ? 0 : m.index;
    prefix(kind, reg, second, ~index >> 3 & 1, ~m.base >> 3 & 1);
    emit(opcode);
    memory(reg, m, unit);
  }

  /** Writes ModRM, SIB and displacement; a short displacement counts in units. */
  private void memory(final int reg, final Memory m, final int unit) {
    final boolean small =
        m.displacement % unit == 0 && m.displacement / unit >= -128 && m.displacement / unit <= 127;
    final int mod = small ? 0x40 : 0x80;
    if (m.index >= 0 || (m.base & 7) == RSP) {
      emit(mod | (reg & 7) << 3 | 4);
      final int scale = Integer.numberOfTrailingZeros(m.scale) << 6;
      emit(scale | (m.index < 0 ? 4 : m.index & 7) << 3 | m.base & 7);
    } else {
      emit(mod | (reg & 7) << 3 | m.base & 7);
    }
    if (small) {
      emit(m.displacement / unit);
    } else {
      emitInt(m.displacement);
    }
  }

  /** target = the 16 floats at m. */
  void load(final int target, final Memory m) {
    vector(MAP_0F << 4 | NO_PREFIX, 0x10, target, 0, m);
  }

  /** The 16 floats at m = source. */
  void store(final Memory m, final int source) {
    vector(MAP_0F << 4 | NO_PREFIX, 0x11, source, 0, m);
  }

  /** target = 16 times the float at m. */
  void broadcast(final int target, final Memory m) {
    vector(MAP_0F38 << 4 | PREFIX_66, 0x18, target, 0, m, Float.BYTES);
  }

  /** target = 16 times the low half of a general register. */
  void broadcastInt(final int target, final int source) {
    vector(MAP_0F38 << 4 | PREFIX_66, 0x7C, target, 0, source);
  }

  /** target = the 16 half floats at m, widened. */
  void widen(final int target, final Memory m) {
    vector(MAP_0F38 << 4 | PREFIX_66, 0x13, target, 0, m, VECTOR / 2);
  }

  /** sum += left * right, rounded once. */
  void multiplyAdd(final int sum, final int left, final int right) {
    vector(MAP_0F38 << 4 | PREFIX_66, 0xB8, sum, left, right);
  }

  /** target = 0. */
  void zero(final int target) {
    vector(MAP_0F << 4 | PREFIX_66, 0xEF, target, target, target);
  }

  /** target = mask and the 16 ints at m. */
  void and(final int target, final int mask, final Memory m) {
    vector(MAP_0F << 4 | PREFIX_66, 0xDB, target, mask, m);
  }

  /** target = the 16 ints at m, shifted left. */
  void shiftLeft(final int target, final Memory m, final int bits) {
    vector(MAP_0F << 4 | PREFIX_66, 0x72, 6, target, m);
    emit(bits);
  }

  /** Leaves the upper halves of the vector registers clean for the caller. */
  void cleanUpper() {
    emit(0xC5, 0xF8, 0x77);
  }

  // --- general registers ------------------------------------------------------------------------

  private void rex(final int reg, final Memory m, final boolean wide) {
    final int index = m.index < 0 ? 0 : m.index;
    emit((wide ? 0x48 : 0x40) | (reg >> 3) << 2 | (index >> 3) << 1 | m.base >> 3);
  }

  /** target = the address m. */
  void address(final int target, final Memory m) {
    rex(target, m, true);
    emit(0x8D);
    memory(target, m, 1);
  }

  /** target = the long at m. */
  void loadLong(final int target, final Memory m) {
    rex(target, m, true);
    emit(0x8B);
    memory(target, m, 1);
  }

  /** target = a constant, its upper half cleared. */
  void setInt(final int target, final int value) {
    emit(0xB8 | target);
    emitInt(value);
  }

  /** target += value. */
  void add(final int target, final int value) {
    emit(0x48 | target >> 3, 0x81, 0xC0 | target & 7);
    emitInt(value);
  }

  /** target -= value, and sets the flags for the jumps below. */
  void subtract(final int target, final int value) {
    emit(0x48 | target >> 3, 0x81, 0xE8 | target & 7);
    emitInt(value);
  }

  /** target = -target. */
  void negate(final int target) {
    emit(0x48 | target >> 3, 0xF7, 0xD8 | target & 7);
  }

  /** Saves a register on the stack. */
  void push(final int register) {
    emit(0x40 | register >> 3, 0x50 | register & 7);
  }

  /** Takes a register back from the stack. */
  void pop(final int register) {
    emit(0x40 | register >> 3, 0x58 | register & 7);
  }

  /** Asks for the cache line at m. */
  void prefetch(final Memory m) {
    rex(0, m, false);
    emit(0x0F, 0x18);
    memory(1, m, 1);
  }

  /** Jumps back where the last result was not negative. */
  void jumpBackIfNotNegative(final int place) {
    emit(0x0F, 0x89);
    emitInt(place - (size + 4));
  }

  /** Jumps ahead where the last result was negative; returns what {@link #bind} needs. */
  int jumpIfNegative() {
    emit(0x0F, 0x88);
    emitInt(0);
    return size;
  }

  /** Binds a jump to this place. */
  void bind(final int jump) {
    final int distance = size - jump;
    for (int i = 0; i < 4; i++) {
      code[jump - 4 + i] = (byte) (distance >> 8 * i);
    }
  }

  void ret() {
    emit(0xC3);
  }
}
