package dev.coppice.worlds.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Writes the seccomp filter of a sandbox as a classic BPF program.
 *
 * <p>It refuses calls that no ordinary program needs and that reach the kernel where namespaces do
 * not cover it: tracing, mounting, new namespaces, keys, BPF, io_uring, memory outside the limits,
 * sockets other than those of UNIX and IP. A refused call fails with EPERM; clone3 with ENOSYS, so
 * that libraries fall back to clone, whose flags a filter can read.
 *
 * <pre>
 *   load arch; other than expected: kill
 *   load nr;   x32: EPERM
 *   clone  with a namespace flag: EPERM      ioctl TIOCSTI, TIOCLINUX: EPERM
 *   socket of another family: EPERM          clone3: ENOSYS
 *   one of the refused calls: EPERM
 *   allow
 * </pre>
 *
 * @thread stateless, any thread
 * @source linux/seccomp.h, linux/filter.h
 */
final class SyscallFilter {
  private static final int LOAD = 0x20;
  private static final int IF_EQUAL = 0x15;
  private static final int IF_AT_LEAST = 0x35;
  private static final int IF_ANY_BIT = 0x45;
  private static final int RETURN = 0x06;

  private static final int ALLOW = 0x7fff0000;
  private static final int KILL = 0x80000000;
  private static final int EPERM = 0x00050001;
  private static final int ENOSYS = 0x00050026;

  private static final int NUMBER = 0;
  private static final int ARCHITECTURE = 4;
  private static final int ARGUMENT_0 = 16;
  private static final int ARGUMENT_1 = 24;

  private static final int NAMESPACE_FLAGS = 0x7e020000;
  private static final int TIOCSTI = 0x5412;
  private static final int TIOCLINUX = 0x541c;
  private static final int[] FAMILIES = {1, 2, 10};
  private static final int INSTRUCTION_BYTES = 8;

  private final List<long[]> program = new ArrayList<>();
  private final Processor processor;

  private SyscallFilter(final Processor processor) {
    this.processor = processor;
  }

  /**
   * Describes a processor whose calls are filtered.
   *
   * @param audit name of the architecture in the kernel's audit system.
   * @param x32Bit that marks calls of the x32 interface, or 0 where there is none.
   * @param numbers of the calls.
   */
  private record Processor(int audit, int x32Bit, ToIntFunction<Syscall> numbers) {
    static final Processor X86_64 = new Processor(0xc000003e, 0x40000000, Syscall::x86);
    static final Processor AARCH64 = new Processor(0xc00000b7, 0, Syscall::arm);
  }

  /**
   * Writes the filter for an architecture.
   *
   * @param architecture as {@code os.arch} names it.
   * @return the program, or null if the architecture's calls are not known here.
   */
  static byte[] of(final String architecture) {
    return switch (architecture) {
      case "amd64", "x86_64" -> new SyscallFilter(Processor.X86_64).bytes();
      case "aarch64" -> new SyscallFilter(Processor.AARCH64).bytes();
      default -> null;
    };
  }

  private byte[] bytes() {
    add(LOAD, 0, 0, ARCHITECTURE);
    add(IF_EQUAL, 1, 0, processor.audit());
    add(RETURN, 0, 0, KILL);
    add(LOAD, 0, 0, NUMBER);
    if (processor.x32Bit() != 0) {
      add(IF_AT_LEAST, 0, 1, processor.x32Bit());
      add(RETURN, 0, 0, EPERM);
    }
    add(IF_EQUAL, 0, 1, number(Syscall.CLONE3));
    add(RETURN, 0, 0, ENOSYS);
    add(IF_EQUAL, 0, 4, number(Syscall.CLONE));
    add(LOAD, 0, 0, ARGUMENT_0);
    add(IF_ANY_BIT, 0, 1, NAMESPACE_FLAGS);
    add(RETURN, 0, 0, EPERM);
    add(RETURN, 0, 0, ALLOW);
    add(IF_EQUAL, 0, 5, number(Syscall.IOCTL));
    add(LOAD, 0, 0, ARGUMENT_1);
    add(IF_EQUAL, 1, 0, TIOCSTI);
    add(IF_EQUAL, 0, 1, TIOCLINUX);
    add(RETURN, 0, 0, EPERM);
    add(RETURN, 0, 0, ALLOW);
    add(IF_EQUAL, 0, FAMILIES.length + 3, number(Syscall.SOCKET));
    add(LOAD, 0, 0, ARGUMENT_0);
    for (int i = 0; i < FAMILIES.length; i++) {
      add(IF_EQUAL, FAMILIES.length - i, 0, FAMILIES[i]);
    }
    add(RETURN, 0, 0, EPERM);
    add(RETURN, 0, 0, ALLOW);
    for (final Syscall call : Syscall.refused()) {
      if (number(call) != Syscall.NONE) {
        add(IF_EQUAL, 0, 1, number(call));
        add(RETURN, 0, 0, EPERM);
      }
    }
    add(RETURN, 0, 0, ALLOW);
    return written();
  }

  private int number(final Syscall call) {
    return processor.numbers().applyAsInt(call);
  }

  private void add(final int code, final int ifTrue, final int ifFalse, final int operand) {
    program.add(new long[] {code, ifTrue, ifFalse, operand});
  }

  private byte[] written() {
    final ByteBuffer bytes =
        ByteBuffer.allocate(program.size() * INSTRUCTION_BYTES).order(ByteOrder.nativeOrder());
    for (final long[] instruction : program) {
      bytes.putShort((short) instruction[0]);
      bytes.put((byte) instruction[1]);
      bytes.put((byte) instruction[2]);
      bytes.putInt((int) instruction[3]);
    }
    return bytes.array();
  }
}
