package dev.coppice.decoder.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Maps memory for machine code and for weights.
 *
 * <p>Code is written first, then made executable and no longer writable. Weights lie on large pages
 * where the system has them, which long sequential reads gain from.
 *
 * @thread any.
 */
public final class MappedMemory {
  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int PROT_EXEC = 4;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MADV_HUGEPAGE = 14;
  private static final long HUGE_PAGE = 2 << 20;

  private static final MethodHandle MAP =
      function(
          "mmap",
          ValueLayout.ADDRESS,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_LONG);
  private static final MethodHandle UNMAP =
      function("munmap", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
  private static final MethodHandle PROTECT =
      function(
          "mprotect",
          ValueLayout.JAVA_INT,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_INT);
  private static final MethodHandle ADVISE =
      function(
          "madvise",
          ValueLayout.JAVA_INT,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_INT);

  private MappedMemory() {}

  /**
   * Places code for as long as the process lives.
   *
   * @param code of one or several functions.
   * @return where it begins, or null where the system does not allow it.
   */
  static MemorySegment code(final byte[] code) {
    if (MAP == null || UNMAP == null || PROTECT == null || ADVISE == null) {
      return null;
    }
    final MemorySegment memory = map(code.length, Arena.global());
    if (memory == null) {
      return null;
    }
    MemorySegment.copy(code, 0, memory, ValueLayout.JAVA_BYTE, 0, code.length);
    return call(PROTECT, memory, PROT_READ | PROT_EXEC) == 0 ? memory : null;
  }

  /**
   * Maps memory for weights.
   *
   * @param bytes of it.
   * @param arena that frees it.
   * @return zeroed memory at the start of a large page.
   */
  public static MemorySegment data(final long bytes, final Arena arena) {
    final MemorySegment memory = map(bytes + HUGE_PAGE, arena);
    if (memory == null) {
      throw new OutOfMemoryError("no memory for weights: bytes=" + bytes);
    }
    // A refusal of large pages changes nothing but speed.
    call(ADVISE, memory, MADV_HUGEPAGE);
    final long begin = -memory.address() & HUGE_PAGE - 1;
    return memory.asSlice(begin, bytes);
  }

  @SuppressWarnings("restricted") // The size is that of the mapping.
  private static MemorySegment map(final long bytes, final Arena arena) {
    final MemorySegment place;
    try {
      place =
          (MemorySegment)
              MAP.invokeExact(
                  MemorySegment.NULL,
                  bytes,
                  PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS,
                  -1,
                  0L);
    } catch (final RuntimeException | Error e) {
      throw e;
    } catch (final Throwable e) {
      throw new IllegalStateException("native calls throw nothing checked", e);
    }
    return place.address() == -1 ? null : place.reinterpret(bytes, arena, MappedMemory::unmap);
  }

  private static void unmap(final MemorySegment memory) {
    try {
      final int ignored = (int) UNMAP.invokeExact(memory, memory.byteSize());
    } catch (final RuntimeException | Error e) {
      throw e;
    } catch (final Throwable e) {
      throw new IllegalStateException("native calls throw nothing checked", e);
    }
  }

  private static int call(final MethodHandle handle, final MemorySegment memory, final int value) {
    try {
      return (int) handle.invokeExact(memory, memory.byteSize(), value);
    } catch (final RuntimeException | Error e) {
      throw e;
    } catch (final Throwable e) {
      throw new IllegalStateException("native calls throw nothing checked", e);
    }
  }

  @SuppressWarnings("restricted") // The signatures are those of the system's manual.
  private static MethodHandle function(
      final String name, final MemoryLayout result, final MemoryLayout... arguments) {
    final Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find(name)
        .map(at -> linker.downcallHandle(at, FunctionDescriptor.of(result, arguments)))
        .orElse(null);
  }
}
