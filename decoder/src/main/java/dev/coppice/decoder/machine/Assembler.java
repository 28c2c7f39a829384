package dev.coppice.decoder.machine;

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
public final class Assembler {
  public static final int RAX = 0;
  public static final int RCX = 1;
  public static final int RDX = 2;
  public static final int RBX = 3;
  public static final int RSP = 4;
  public static final int RBP = 5;
  public static final int RSI = 6;
  public static final int RDI = 7;
  public static final int R8 = 8;
  public static final int R9 = 9;
  public static final int R10 = 10;
  public static final int R11 = 11;
  public static final int R12 = 12;
  public static final int R13 = 13;
  public static final int R14 = 14;

  /** Bytes of a vector. */
  public static final int VECTOR = 64;

  private static final int MAP_0F = 1;
  private static final int MAP_0F38 = 2;
  private static final int NO_PREFIX = 0;
  private static final int PREFIX_66 = 1;
  private static final int PREFIX_F3 = 2;

  /** The hint of a fetch into the second cache. */
  private static final int SECOND_CACHE = 2;

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
  public record Memory(int base, int index, int scale, int displacement) {
    public static Memory at(final int base, final int displacement) {
      return new Memory(base, -1, 1, displacement);
    }
  }

  public byte[] code() {
    return Arrays.copyOf(code, size);
  }

  /** Returns the place of the next instruction, to jump back to. */
  public int here() {
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
  public void load(final int target, final Memory m) {
    vector(MAP_0F << 4 | NO_PREFIX, 0x10, target, 0, m);
  }

  /** The 16 floats at m = source. */
  public void store(final Memory m, final int source) {
    vector(MAP_0F << 4 | NO_PREFIX, 0x11, source, 0, m);
  }

  /** target = 16 times the float at m. */
  public void broadcast(final int target, final Memory m) {
    vector(MAP_0F38 << 4 | PREFIX_66, 0x18, target, 0, m, Float.BYTES);
  }

  /** target = 16 times the low half of a general register. */
  public void broadcastInt(final int target, final int source) {
    vector(MAP_0F38 << 4 | PREFIX_66, 0x7C, target, 0, source);
  }

  /** target = the 16 half floats at m, widened. */
  public void widen(final int target, final Memory m) {
    vector(MAP_0F38 << 4 | PREFIX_66, 0x13, target, 0, m, VECTOR / 2);
  }

  /** sum += left * right, rounded once. */
  public void multiplyAdd(final int sum, final int left, final int right) {
    vector(MAP_0F38 << 4 | PREFIX_66, 0xB8, sum, left, right);
  }

  /**
   * sum += left * right for pairs of bf16: {@code sum = fma(left.low, right.low, fma(left.high,
   * right.high, sum))}, with denormals taken for zeros and made zeros (avx512_bf16).
   */
  public void multiplyAddPairs(final int sum, final int left, final int right) {
    vector(MAP_0F38 << 4 | PREFIX_F3, 0x52, sum, left, right);
  }

  /** The same with the 16 pairs at m. */
  public void multiplyAddPairs(final int sum, final int left, final Memory m) {
    vector(MAP_0F38 << 4 | PREFIX_F3, 0x52, sum, left, m);
  }

  /** target = 0. */
  public void zero(final int target) {
    vector(MAP_0F << 4 | PREFIX_66, 0xEF, target, target, target);
  }

  /** target = mask and the 16 ints at m. */
  public void and(final int target, final int mask, final Memory m) {
    vector(MAP_0F << 4 | PREFIX_66, 0xDB, target, mask, m);
  }

  /** target = the 16 ints at m, shifted left. */
  public void shiftLeft(final int target, final Memory m, final int bits) {
    vector(MAP_0F << 4 | PREFIX_66, 0x72, 6, target, m);
    emit(bits);
  }

  /** Leaves the upper halves of the vector registers clean for the caller. */
  public void cleanUpper() {
    emit(0xC5, 0xF8, 0x77);
  }

  // --- general registers ------------------------------------------------------------------------

  private void rex(final int reg, final Memory m, final boolean wide) {
    final int index = m.index < 0 ? 0 : m.index;
    emit((wide ? 0x48 : 0x40) | (reg >> 3) << 2 | (index >> 3) << 1 | m.base >> 3);
  }

  /** target = the address m. */
  public void address(final int target, final Memory m) {
    rex(target, m, true);
    emit(0x8D);
    memory(target, m, 1);
  }

  /** target = the long at m. */
  public void loadLong(final int target, final Memory m) {
    rex(target, m, true);
    emit(0x8B);
    memory(target, m, 1);
  }

  /** target = a constant, its upper half cleared. */
  public void setInt(final int target, final int value) {
    emit(0xB8 | target);
    emitInt(value);
  }

  /** target += value. */
  public void add(final int target, final int value) {
    emit(0x48 | target >> 3, 0x81, 0xC0 | target & 7);
    emitInt(value);
  }

  /** target -= value, and sets the flags for the jumps below. */
  public void subtract(final int target, final int value) {
    emit(0x48 | target >> 3, 0x81, 0xE8 | target & 7);
    emitInt(value);
  }

  /** target = -target. */
  public void negate(final int target) {
    emit(0x48 | target >> 3, 0xF7, 0xD8 | target & 7);
  }

  /** Saves a register on the stack. */
  public void push(final int register) {
    emit(0x40 | register >> 3, 0x50 | register & 7);
  }

  /** Takes a register back from the stack. */
  public void pop(final int register) {
    emit(0x40 | register >> 3, 0x58 | register & 7);
  }

  /**
   * Asks for the cache line at m, into the second cache: what waits for memory on its way into the
   * first holds up the loads that find theirs there.
   */
  public void prefetch(final Memory m) {
    rex(0, m, false);
    emit(0x0F, 0x18);
    memory(SECOND_CACHE, m, 1);
  }

  /** Saves how floats are rounded and what is made of denormals at m, 4 bytes. */
  public void storeControl(final Memory m) {
    rex(0, m, false);
    emit(0x0F, 0xAE);
    memory(3, m, 1);
  }

  /** Takes how floats are rounded and what is made of denormals from m. */
  public void loadControl(final Memory m) {
    rex(0, m, false);
    emit(0x0F, 0xAE);
    memory(2, m, 1);
  }

  /** target = the 4 bytes at m, its upper half cleared. */
  public void loadInt(final int target, final Memory m) {
    rex(target, m, false);
    emit(0x8B);
    memory(target, m, 1);
  }

  /** target |= value, its upper half cleared. */
  public void orInt(final int target, final int value) {
    emit(0x40 | target >> 3, 0x81, 0xC8 | target & 7);
    emitInt(value);
  }

  /** The 4 bytes at m = the low half of a register. */
  public void storeInt(final Memory m, final int source) {
    rex(source, m, false);
    emit(0x89);
    memory(source, m, 1);
  }

  /** Jumps back where the last result was not negative. */
  public void jumpBackIfNotNegative(final int place) {
    emit(0x0F, 0x89);
    emitInt(place - (size + 4));
  }

  /** Jumps ahead where the last result was negative; returns what {@link #bind} needs. */
  public int jumpIfNegative() {
    emit(0x0F, 0x88);
    emitInt(0);
    return size;
  }

  /** Binds a jump to this place. */
  public void bind(final int jump) {
    final int distance = size - jump;
    for (int i = 0; i < 4; i++) {
      code[jump - 4 + i] = (byte) (distance >> 8 * i);
    }
  }

  public void ret() {
    emit(0xC3);
  }
}
