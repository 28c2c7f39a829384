package dev.coppice.worlds.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Interprets the filter as the kernel would. */
class SyscallFilterTest {
  private static final int ALLOW = 0x7fff0000;
  private static final int EPERM = 0x00050001;
  private static final int ENOSYS = 0x00050026;
  private static final int KILL = 0x80000000;
  private static final int X86_64 = 0xc000003e;
  private static final int AARCH64 = 0xc00000b7;

  private final byte[] intel = SyscallFilter.of("amd64");

  @Test
  void shouldAllowWhatOrdinaryProgramsCall() {
    for (final int number : new int[] {0, 1, 2, 9, 39, 57, 59, 60, 61, 202, 257, 293, 302, 318}) {
      assertEquals(ALLOW, run(intel, X86_64, number, 0, 0), "number=" + number);
    }
    assertEquals(ALLOW, run(intel, X86_64, 56, 0x01200011, 0));
    assertEquals(ALLOW, run(intel, X86_64, 41, 1, 0));
    assertEquals(ALLOW, run(intel, X86_64, 41, 2, 0));
    assertEquals(ALLOW, run(intel, X86_64, 41, 10, 0));
    assertEquals(ALLOW, run(intel, X86_64, 16, 1, 0x5401));
  }

  @Test
  void shouldRefuseWhatReachesPastTheWalls() {
    for (final int number : new int[] {101, 165, 272, 308, 321, 425, 430, 319, 250, 447}) {
      assertEquals(EPERM, run(intel, X86_64, number, 0, 0), "number=" + number);
    }
    for (int bit = 0x02000000; bit > 0 && bit <= 0x40000000; bit <<= 1) {
      assertEquals(EPERM, run(intel, X86_64, 56, bit | 17, 0), "flag=" + bit);
    }
    assertEquals(EPERM, run(intel, X86_64, 56, 0x00020011, 0));
    assertEquals(ENOSYS, run(intel, X86_64, 435, 0, 0));
    for (final int family : new int[] {16, 17, 38, 40, 44}) {
      assertEquals(EPERM, run(intel, X86_64, 41, family, 0), "family=" + family);
    }
    assertEquals(EPERM, run(intel, X86_64, 16, 1, 0x5412));
    assertEquals(EPERM, run(intel, X86_64, 16, 1, 0x541c));
    assertEquals(EPERM, run(intel, X86_64, 0x40000000 + 1, 0, 0));
    assertEquals(KILL, run(intel, 0x40000003, 1, 0, 0));
  }

  @Test
  void shouldKnowTheCallsOfBothProcessorsAndOfNoOther() {
    final byte[] arm = SyscallFilter.of("aarch64");

    assertEquals(ALLOW, run(arm, AARCH64, 64, 0, 0));
    assertEquals(EPERM, run(arm, AARCH64, 117, 0, 0));
    assertEquals(EPERM, run(arm, AARCH64, 220, 0x10000011, 0));
    assertEquals(ALLOW, run(arm, AARCH64, 220, 0x01200011, 0));
    assertEquals(KILL, run(arm, X86_64, 64, 0, 0));
    assertNull(SyscallFilter.of("riscv64"));
  }

  private static int run(
      final byte[] program, final int audit, final int number, final int first, final int second) {
    final ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
    int loaded = 0;
    for (int at = 0; ; at++) {
      final int operation = code.getShort(8 * at);
      final int ifTrue = code.get(8 * at + 2);
      final int ifFalse = code.get(8 * at + 3);
      final int operand = code.getInt(8 * at + 4);
      switch (operation) {
        case 0x20 ->
            loaded =
                switch (operand) {
                  case 0 -> number;
                  case 4 -> audit;
                  case 16 -> first;
                  case 24 -> second;
                  default -> throw new IllegalStateException("load: offset=" + operand);
                };
        case 0x15 -> at += loaded == operand ? ifTrue : ifFalse;
        case 0x35 -> at += Integer.compareUnsigned(loaded, operand) >= 0 ? ifTrue : ifFalse;
        case 0x45 -> at += (loaded & operand) != 0 ? ifTrue : ifFalse;
        case 0x06 -> {
          return operand;
        }
        default -> throw new IllegalStateException("operation=" + operation);
      }
    }
  }
}
