package dev.coppice.decoder.kernel;

import dev.coppice.decoder.machine.Assembler;
import dev.coppice.decoder.machine.MachineCode;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Calls the kernels written by {@link TileCode} on arrays of the heap.
 *
 * @thread any.
 */
final class TileKernels {
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

  /** Lines fetched ahead in four steps that the kernels of many rows come in. */
  private static final int[] PACES = {0, 1, 2, 3, 4, 6, 8};

  /** How far ahead a lone kernel fetches its own panel. */
  private static final int DISTANCE = 3072;

  /** Rows that one kernel takes with a whole panel, and reads its weights from memory as it goes. */
  private static final int MAX_LONE = TileCode.mostRows(false);

  private static final int FETCH = 0;
  private static final int FIRST_LONE = 1;
  private static final int FIRST_TILED = FIRST_LONE + MAX_LONE;

  private static final Rows NOTHING = new Rows(MemorySegment.ofArray(new float[1]), 0, 0);

  /** The kernels that were asked for, null where this machine has none. */
  private static final Map<PanelFormat, Optional<TileKernels>> MADE = new ConcurrentHashMap<>();

  private final PanelFormat format;
  private final MemorySegment[] places;

  private TileKernels(final PanelFormat format, final MemorySegment[] places) {
    this.format = format;
    this.places = places;
  }

  /**
   * Returns the kernels of a format. Those of pairs are made wherever there is AVX-512; who calls them
   * knows that the processor has the unit.
   *
   * @param format of the weights.
   * @return the kernels, or null where the machine lacks AVX-512 or forbids new code.
   */
  static TileKernels of(final PanelFormat format) {
    return MADE.computeIfAbsent(format, TileKernels::make).orElse(null);
  }

  private static Optional<TileKernels> make(final PanelFormat format) {
    final int most = TileCode.mostRows(format.widens());
    final byte[][] codes = new byte[FIRST_TILED + most * PACES.length][];
    codes[FETCH] = TileCode.fetching();
    for (int rows = 1; rows <= MAX_LONE; rows++) {
      final int lines = TileCode.linesPerRound(format);
      codes[lone(rows)] = new TileCode(rows, false, format, lines).write();
    }
    for (int rows = 1; rows <= most; rows++) {
      for (int pace = 0; pace < PACES.length; pace++) {
        codes[tiled(rows, pace)] = new TileCode(rows, format.widens(), format, PACES[pace]).write();
      }
    }
    final MemorySegment[] places = MachineCode.place(codes);
    return places == null ? Optional.empty() : Optional.of(new TileKernels(format, places));
  }

  /** Numbers the kernels for a few rows and whole panels. */
  private static int lone(final int rows) {
    return FIRST_LONE + rows - 1;
  }

  /** Numbers the kernels for many rows: of half panels where widening costs, else whole. */
  private static int tiled(final int rows, final int pace) {
    return FIRST_TILED + (rows - 1) * PACES.length + pace;
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
   * @param steps through it.
   * @param next address of what is read after it.
   */
  record Panel(long address, int steps, long next) {}

  /**
   * Names rows in an array.
   *
   * @param values as memory.
   * @param offset of the first row's first element.
   * @param stride elements from row to row.
   */
  record Rows(MemorySegment values, int offset, int stride) {
    private Rows from(final int row, final int column) {
      return new Rows(values, offset + row * stride + column, stride);
    }
  }

  /**
   * Computes one panel for many rows.
   *
   * @param panel of weights; what is read after it is fetched meanwhile.
   * @param in inputs, as the format takes them.
   * @param out floats.
   * @param rows the number of them.
   */
  void panel(final Panel panel, final Rows in, final Rows out, final int rows) {
    try {
      if (rows <= MAX_LONE) {
        lone(panel, in, out, rows);
      } else {
        tiles(panel, in, out, rows);
      }
    } catch (final RuntimeException | Error e) {
      throw e;
    } catch (final Throwable e) {
      throw new IllegalStateException("native calls throw nothing checked", e);
    }
  }

  /** Computes a few rows at the pace of memory: the kernel fetches a little ahead of itself. */
  private void lone(final Panel panel, final Rows in, final Rows out, final int rows)
      throws Throwable {
    call(lone(rows), panel.address, panel.steps, in, out, panel.address + DISTANCE);
    if (panel.next != panel.address + bytes(panel)) {
      call(FETCH, panel.next, DISTANCE / Assembler.VECTOR, NOTHING, NOTHING, 0);
    }
  }

  private long bytes(final Panel panel) {
    return (long) panel.steps * format.stepBytes();
  }

  /** Computes tile after tile of rows; what comes next is fetched spread evenly over all. */
  private void tiles(final Panel panel, final Rows in, final Rows out, final int rows)
      throws Throwable {
    final int most = TileCode.mostRows(format.widens());
    final int parts = format.widens() ? 2 : 1;
    final int tiles = (rows + most - 1) / most;
    final int pace = pace(TileCode.linesPerRound(format), parts * tiles);
    final long chunk = TileCode.aheadBytes(PACES[pace], panel.steps);
    final long bytes = bytes(panel);
    long fetched = 0;
    int row = 0;
    for (int tile = 0; tile < tiles; tile++) {
      final int next = (int) ((long) rows * (tile + 1) / tiles);
      for (int part = 0; part < parts; part++) {
        call(
            tiled(next - row, fetched < bytes ? pace : 0),
            panel.address + part * format.stepBytes() / 2,
            panel.steps,
            in.from(row, 0),
            out.from(row, part * TileCode.COLUMNS / 2),
            panel.next + fetched);
        fetched += chunk;
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
      final int kernel,
      final long address,
      final int steps,
      final Rows in,
      final Rows out,
      final long ahead)
      throws Throwable {
    CALL.invokeExact(
        places[kernel],
        in.values,
        (long) in.offset * format.inputBytes(),
        (long) in.stride * format.inputBytes(),
        address,
        out.values,
        (long) out.offset * Float.BYTES,
        (long) out.stride * Float.BYTES,
        (long) steps,
        ahead);
  }
}
