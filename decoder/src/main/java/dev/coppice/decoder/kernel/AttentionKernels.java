package dev.coppice.decoder.kernel;

import dev.coppice.decoder.machine.MachineCode;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Calls the kernels written by {@link AttentionCode} on arrays of the heap.
 *
 * <p>Vectors of keys and values are taken a few at a time, all tiles of rows before the next few, so that
 * they stay in the first cache; the tiles take turns in fetching what the caller names.
 *
 * <p>The caller answers for all offsets: nothing is checked here.
 *
 * @thread one at a time; the table is scratch.
 */
public final class AttentionKernels {
  /** Columns of a vector. */
  public static final int WIDTH = 16;

  /** Columns of values that are added together for many rows. */
  public static final int COLUMNS = 2 * WIDTH;

  /** Columns of values that are added together for few rows. */
  private static final int WIDE_COLUMNS = 4 * WIDTH;

  /** Bytes of keys or values that are computed with together; as many are fetched meanwhile. */
  private static final int GROUP_BYTES = 16_384;

  /** Bits of a kernel's number. */
  private static final int SCORES = 1;

  private static final int HALF = 2;
  private static final int ENTRY = AttentionCode.ENTRY;

  /** Where the kernels of wide tiles begin, numbered as the others. */
  private static final int FIRST_WIDE = 4 * AttentionCode.MAX_ROWS;

  @SuppressWarnings("restricted") // Offsets come from a plan that was checked against the pool.
  private static final MethodHandle CALL =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.ofVoid(
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG),
              Linker.Option.critical(true));

  private static final MemorySegment[] PLACES = make();

  private final long[] table = new long[GROUP_BYTES / (2 * WIDTH) * ENTRY];
  private final MemorySegment tableMemory = MemorySegment.ofArray(table);

  private AttentionKernels() {}

  /**
   * Makes a caller.
   *
   * @return a new one, or null where the machine has no such kernels.
   */
  public static AttentionKernels open() {
    return PLACES == null ? null : new AttentionKernels();
  }

  private static MemorySegment[] make() {
    final byte[][] codes = new byte[FIRST_WIDE + 4 * AttentionCode.MAX_WIDE_ROWS][];
    for (int rows = 1; rows <= AttentionCode.MAX_ROWS; rows++) {
      for (int kind = 0; kind < 4; kind++) {
        final boolean half = (kind & HALF) != 0;
        codes[(rows - 1) * 4 + kind] = new AttentionCode(rows, (kind & SCORES) != 0, half).write();
        if (rows <= AttentionCode.MAX_WIDE_ROWS) {
          codes[FIRST_WIDE + (rows - 1) * 4 + kind] = AttentionCode.wide(rows, half).write();
        }
      }
    }
    return MachineCode.place(codes);
  }

  /**
   * Returns how many pieces of keys or values are computed with together.
   *
   * @param cells of a piece.
   * @param cellBytes 4 for floats, 2 for half floats.
   * @return the pieces, at least 1.
   */
  public static int together(final int cells, final int cellBytes) {
    return Math.max(1, GROUP_BYTES / (cells * cellBytes));
  }

  /**
   * Holds a matrix in an array.
   *
   * @param values as memory.
   * @param offset of the first element, in floats.
   * @param stride from row to row, in floats.
   */
  public record Matrix(MemorySegment values, int offset, int stride) {
    private Matrix from(final int row, final int column) {
      return new Matrix(values, offset + row * stride + column, stride);
    }
  }

  /**
   * Names vectors of keys or values, a row of them per k.
   *
   * @param cells that hold them.
   * @param cellBytes 4 for floats, 2 for half floats.
   * @param stride from k to k.
   * @param depth the number of k, at least 1.
   * @param from offsets of the vectors; read, never kept.
   * @param ahead offsets of what is fetched meanwhile.
   * @param count the number of vectors, at least 1.
   */
  public record Cells(
      MemorySegment cells,
      int cellBytes,
      int stride,
      int depth,
      int[] from,
      int[] ahead,
      int count) {
    private long place(final int i) {
      return (long) cellBytes * from[i];
    }

    private long way(final int i) {
      return (long) cellBytes * (ahead[i] - from[i]);
    }
  }

  /**
   * Multiplies rows with vectors of columns.
   *
   * @param a rows of queries.
   * @param b vectors of keys.
   * @param c where scores go.
   * @param to column of every vector in c.
   * @param rows of a and c.
   */
  public void scores(
      final Matrix a, final Cells b, final Matrix c, final int[] to, final int rows) {
    final int group = 2 * together(b.depth * 2 * WIDTH, b.cellBytes);
    final int tiles = tiles(rows);
    for (int first = 0; first < b.count; first += group) {
      final int end = Math.min(b.count, first + group);
      for (int tile = 0; tile < tiles; tile++) {
        for (int i = first; i < end; i += 2) {
          final int right = i + 1 < end ? i + 1 : i;
          final int entry = (i - first) / 2 * ENTRY;
          table[entry] = b.place(i);
          table[entry + 1] = b.place(right);
          table[entry + 2] = 4L * to[i];
          table[entry + 3] = 4L * (to[right] - to[i]);
          table[entry + 4] = (i - first) % tiles == tile ? b.way(i) : 0;
          table[entry + 5] = (right - first) % tiles == tile ? b.way(right) : 0;
        }
        final int row = rows * tile / tiles;
        final int next = rows * (tile + 1) / tiles;
        call(SCORES, next - row, a.from(row, 0), b, c.from(row, 0), (end - first + 1) / 2);
      }
    }
  }

  /**
   * Returns how many columns of values are added together.
   *
   * @param rows that see them.
   * @param left columns that are still to be added.
   * @return {@link #COLUMNS}, or twice as many where rows are few and columns enough.
   */
  public static int columns(final int rows, final int left) {
    return rows <= AttentionCode.MAX_WIDE_ROWS && left >= WIDE_COLUMNS ? WIDE_COLUMNS : COLUMNS;
  }

  /**
   * Adds weighted rows of values; the weights of a vector of values follow those of the one before.
   *
   * @param a rows of weights.
   * @param b first vectors of values.
   * @param c where sums are.
   * @param rows of a and c.
   * @param columns that are read, as {@link #columns} says.
   */
  public void values(
      final Matrix a, final Cells b, final Matrix c, final int rows, final int columns) {
    final int kind = columns == WIDE_COLUMNS ? FIRST_WIDE : 0;
    final int group = together(b.depth * b.stride, b.cellBytes);
    final int tiles = tiles(rows);
    final long right = (long) WIDTH * b.cellBytes;
    for (int first = 0; first < b.count; first += group) {
      final int end = Math.min(b.count, first + group);
      for (int tile = 0; tile < tiles; tile++) {
        for (int i = first; i < end; i++) {
          final int entry = (i - first) * ENTRY;
          final int lines = 2 * (i - first);
          table[entry] = b.place(i);
          table[entry + 1] = b.place(i) + right;
          table[entry + 4] = lines % tiles == tile ? b.way(i) : 0;
          table[entry + 5] = (lines + 1) % tiles == tile ? b.way(i) : 0;
        }
        final int row = rows * tile / tiles;
        final int next = rows * (tile + 1) / tiles;
        call(kind, next - row, a.from(row, first * b.depth), b, c.from(row, 0), end - first);
      }
    }
  }

  private static int tiles(final int rows) {
    return (rows + AttentionCode.MAX_ROWS - 1) / AttentionCode.MAX_ROWS;
  }

  /** Calls a kernel on the entries of the table. */
  private void call(
      final int kind,
      final int rows,
      final Matrix a,
      final Cells b,
      final Matrix c,
      final int entries) {
    try {
      CALL.invokeExact(
          PLACES[(rows - 1) * 4 + kind + (b.cellBytes == 2 ? HALF : 0)],
          a.values(),
          4L * a.offset(),
          4L * a.stride(),
          b.cells,
          (long) b.cellBytes * b.stride,
          tableMemory,
          (long) entries,
          c.values(),
          4L * c.stride(),
          (long) b.depth,
          4L * c.offset());
    } catch (final RuntimeException | Error e) {
      throw e;
    } catch (final Throwable e) {
      throw new IllegalStateException("native calls throw nothing checked", e);
    }
  }
}
