package dev.coppice.decoder.machine;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;

/**
 * Places functions written by an {@link Assembler} where they can be called.
 *
 * @thread any.
 */
public final class MachineCode {
  /** The instruction that stops, between two functions. */
  private static final int TRAP = 0xCC;

  private MachineCode() {}

  /**
   * Places functions in executable memory, for as long as the process lives.
   *
   * @param codes a function each.
   * @return their places, or null where the processor lacks AVX-512 or the system allows no new
   *     code.
   */
  public static MemorySegment[] place(final byte[][] codes) {
    if (!Processor.hasAvx512()) {
      return null;
    }
    final ByteArrayOutputStream all = new ByteArrayOutputStream();
    final int[] begins = new int[codes.length];
    for (int i = 0; i < codes.length; i++) {
      while (all.size() % Assembler.VECTOR != 0) {
        all.write(TRAP);
      }
      begins[i] = all.size();
      all.writeBytes(codes[i]);
    }
    final MemorySegment memory = MappedMemory.code(all.toByteArray());
    if (memory == null) {
      return null;
    }
    final MemorySegment[] places = new MemorySegment[codes.length];
    for (int i = 0; i < places.length; i++) {
      places[i] = memory.asSlice(begins[i]);
    }
    return places;
  }
}
