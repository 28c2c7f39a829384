package dev.coppice.djl.kernel;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import jdk.incubator.vector.FloatVector;

/**
 * Calls the kernels written by {@link TileCode} on arrays of the heap.
 *
 * @thread any.
 */
final class TileKernels {
  /** The instruction that stops, between two functions. */
  private static final int TRAP = 0xCC;

  /** Calls a function at an address; arrays are not copied, and no other thread waits for us. */
  @SuppressWarnings("restricted") // Arguments are checked by the callers in this package.
  private static final MethodHandle CALL =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.ofVoid(
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG),
              Linker.Option.critical(true));

  /** The kernels, or null where this machine has none. */
  private static final TileKernels PRESENT = make();

  private final MemorySegment[] places;

  private TileKernels(final MemorySegment[] places) {
    this.places = places;
  }

  /** Returns the kernels, or null where the machine lacks AVX-512 or forbids new code. */
  static TileKernels present() {
    return PRESENT;
  }

  private static TileKernels make() {
    final byte[][] codes = new byte[4 * (TileCode.MOST_ROWS + 1)][];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = i < 4 ? new byte[0] : new TileCode(i / 4, (i & 1) != 0, (i & 2) != 0).write();
    }
    final MemorySegment[] places = place(codes);
    return places == null ? null : new TileKernels(places);
  }

  /** Places functions in executable memory; returns null where the machine cannot run them. */
  static MemorySegment[] place(final byte[][] codes) {
    final String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    final String processor = System.getProperty("os.arch");
    if (!system.contains("linux")
        || !processor.equals("amd64")
        || FloatVector.SPECIES_PREFERRED.length() != 16) {
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

  /**
   * Computes one panel for many rows.
   *
   * @param bf16 whether the panel holds bf16.
   * @param x inputs, {@code rows x depth}.
   * @param panel address of the weights.
   * @param out outputs.
   * @param outBytes of the panel's first output in the first row.
   * @param size of the product.
   */
  void panel(
      final boolean bf16,
      final MemorySegment x,
      final long panel,
      final MemorySegment out,
      final long outBytes,
      final Size size) {
    final int tiles = (size.rows + TileCode.MOST_ROWS - 1) / TileCode.MOST_ROWS;
    final int kind = (bf16 ? 1 : 0) | (tiles == 1 ? 2 : 0);
    final long stride = (long) size.inStride * Float.BYTES;
    final long outStride = (long) size.outStride * Float.BYTES;
    final long panelBytes = (long) size.depth * TileCode.stepBytes(bf16);
    int row = 0;
    try {
      for (int tile = 0; tile < tiles; tile++) {
        final int next = (int) ((long) size.rows * (tile + 1) / tiles);
        final long ahead = tile < 2 ? panel + panelBytes + tile * panelBytes / 2 : panel;
        CALL.invokeExact(
            places[(next - row) * 4 + kind],
            x,
            row * stride,
            stride,
            panel,
            out,
            outBytes + row * outStride,
            outStride,
            (long) size.depth,
            ahead);
        row = next;
      }
    } catch (final RuntimeException | Error e) {
      throw e;
    } catch (final Throwable e) {
      throw new IllegalStateException("native calls throw nothing checked", e);
    }
  }

  /**
   * Holds the sizes of a product.
   *
   * @param rows of inputs and outputs.
   * @param depth inputs per row.
   * @param inStride floats from one row of inputs to the next.
   * @param outStride floats from one row of outputs to the next.
   */
  record Size(int rows, int depth, int inStride, int outStride) {}
}
