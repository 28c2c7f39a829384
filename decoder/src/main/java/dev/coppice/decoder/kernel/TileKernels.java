package dev.coppice.decoder.kernel;

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

  /** Lines fetched ahead in four steps of k that the kernels of many rows come in. */
  private static final int[] PACES = {0, 1, 2, 3, 4, 8};

  /** How far ahead a lone kernel fetches its own panel. */
  private static final int DISTANCE = 3072;

  /** Rows that one kernel takes with a whole panel, and reads its weights from memory as it goes. */
  private static final int MAX_LONE = TileCode.mostRows(false);

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
    final byte[][] codes = new byte[tiled(true, mostTiled(true), PACES.length - 1) + 1][];
    for (int i = 0; i < 2; i++) {
      final boolean bf16 = i == 1;
      for (int rows = 1; rows <= MAX_LONE; rows++) {
        final int lines = TileCode.linesPerRound(bf16);
        codes[lone(bf16, rows)] = new TileCode(rows, false, bf16, lines).write();
      }
      for (int rows = 1; rows <= mostTiled(bf16); rows++) {
        for (int pace = 0; pace < PACES.length; pace++) {
          codes[tiled(bf16, rows, pace)] = new TileCode(rows, bf16, bf16, PACES[pace]).write();
        }
      }
    }
    final MemorySegment[] places = place(codes);
    return places == null ? null : new TileKernels(places);
  }

  /** Numbers the kernels for a few rows and whole panels. */
  private static int lone(final boolean bf16, final int rows) {
    return (bf16 ? MAX_LONE : 0) + rows - 1;
  }

  /** Numbers the kernels for many rows: of half panels in bf16, where widening costs, else whole. */
  private static int tiled(final boolean bf16, final int rows, final int pace) {
    return 2 * MAX_LONE + ((bf16 ? mostTiled(false) : 0) + rows - 1) * PACES.length + pace;
  }

  private static int mostTiled(final boolean bf16) {
    return TileCode.mostRows(bf16);
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

  /** Calls a function that needs nothing but a number of steps, in the place of the depth. */
  static void call(final MemorySegment place, final MemorySegment nothing, final long steps) {
    try {
      CALL.invokeExact(place, nothing, 0L, 0L, 0L, nothing, 0L, 0L, steps, 0L);
    } catch (final RuntimeException | Error e) {
      throw e;
    } catch (final Throwable e) {
      throw new IllegalStateException("native calls throw nothing checked", e);
    }
  }

  /**
   * Names a panel.
   *
   * @param address of its weights.
   * @param depth inputs of each of its outputs.
   * @param bf16 whether it holds bf16.
   */
  record Panel(long address, int depth, boolean bf16) {
    private long bytes() {
      return (long) depth * TileCode.stepBytes(bf16);
    }
  }

  /**
   * Names rows in an array.
   *
   * @param values as memory.
   * @param offset of the first row's first float.
   * @param stride floats from row to row.
   */
  record Rows(MemorySegment values, int offset, int stride) {
    private long bytes() {
      return (long) offset * Float.BYTES;
    }
  }

  /**
   * Computes one panel for many rows.
   *
   * @param panel of weights; the one behind it is fetched meanwhile.
   * @param in inputs.
   * @param out outputs.
   * @param rows the number of them.
   */
  void panel(final Panel panel, final Rows in, final Rows out, final int rows) {
    try {
      if (rows <= MAX_LONE) {
        final long ahead = panel.address + DISTANCE;
        call(lone(panel.bf16, rows), panel, in, out, ahead);
      } else {
        tiles(panel, in, out, rows);
      }
    } catch (final RuntimeException | Error e) {
      throw e;
    } catch (final Throwable e) {
      throw new IllegalStateException("native calls throw nothing checked", e);
    }
  }

  /** Computes tile after tile of rows; the next panel is fetched spread evenly over all. */
  private void tiles(final Panel panel, final Rows in, final Rows out, final int rows)
      throws Throwable {
    final int parts = panel.bf16 ? 2 : 1;
    final int tiles = (rows + mostTiled(panel.bf16) - 1) / mostTiled(panel.bf16);
    final int pace = pace(TileCode.linesPerRound(panel.bf16), parts * tiles);
    final long chunk = TileCode.aheadBytes(PACES[pace], panel.depth);
    long ahead = panel.address + panel.bytes();
    final long end = ahead + panel.bytes();
    int row = 0;
    for (int tile = 0; tile < tiles; tile++) {
      final int next = (int) ((long) rows * (tile + 1) / tiles);
      final Rows x = new Rows(in.values, in.offset + row * in.stride, in.stride);
      for (int part = 0; part < parts; part++) {
        final int to = out.offset + row * out.stride + part * TileCode.COLUMNS / 2;
        final long from = panel.address + part * TileCode.stepBytes(panel.bf16) / 2;
        final int kernel = tiled(panel.bf16, next - row, ahead < end ? pace : 0);
        final Panel half = new Panel(from, panel.depth, panel.bf16);
        call(kernel, half, x, new Rows(out.values, to, out.stride), ahead);
        ahead += chunk;
      }
      row = next;
    }
  }

  /** Finds the slowest pace that fetches all lines within a number of passes. */
  private static int pace(final int lines, final int passes) {
    int pace = 1;
    while (PACES[pace] * passes < lines) {
      pace++;
    }
    return pace;
  }

  private void call(
      final int kernel, final Panel panel, final Rows in, final Rows out, final long ahead)
      throws Throwable {
    CALL.invokeExact(
        places[kernel],
        in.values,
        in.bytes(),
        (long) in.stride * Float.BYTES,
        panel.address,
        out.values,
        out.bytes(),
        (long) out.stride * Float.BYTES,
        (long) panel.depth,
        ahead);
  }
}
