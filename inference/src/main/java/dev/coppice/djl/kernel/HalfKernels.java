package dev.coppice.djl.kernel;

import dev.coppice.djl.kernel.PairKernels.Matrix;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Calls the kernels written by {@link HalfCode} on arrays of the heap.
 *
 * <p>Vectors of half floats are taken a few at a time, all tiles of rows before the next few, so that
 * they stay in the first cache; the tiles take turns in fetching what the caller names.
 *
 * <p>The caller answers for all offsets: nothing is checked here.
 *
 * @thread one at a time; the table is scratch.
 */
public final class HalfKernels {
  /** Half floats of a vector. */
  public static final int WIDTH = 16;

  /** Columns of values that are added together. */
  public static final int COLUMNS = 2 * WIDTH;

  /** Half floats that are computed with together: 16 KiB. */
  private static final int GROUP = 8192;

  private static final int ENTRY = HalfCode.ENTRY;

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

  private final long[] table = new long[GROUP / WIDTH * ENTRY];
  private final MemorySegment tableMemory = MemorySegment.ofArray(table);

  private HalfKernels() {}

  /**
   * Makes a caller.
   *
   * @return a new one, or null where the machine has no such kernels.
   */
  public static HalfKernels open() {
    return PLACES == null ? null : new HalfKernels();
  }

  private static MemorySegment[] make() {
    final byte[][] codes = new byte[2 * HalfCode.MOST_ROWS][];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = new HalfCode(i / 2 + 1, i % 2 == 1).write();
    }
    return TileKernels.place(codes);
  }

  /**
   * Names vectors of half floats, a row of them per k.
   *
   * @param cells that hold them.
   * @param stride from k to k.
   * @param depth the number of k, at least 1.
   * @param from offsets of the vectors; read, never kept.
   * @param ahead offsets of what is fetched meanwhile.
   * @param count the number of vectors, at least 1.
   */
  public record Halves(
      MemorySegment cells, int stride, int depth, int[] from, int[] ahead, int count) {}

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
      final Matrix a, final Halves b, final Matrix c, final int[] to, final int rows) {
    final int group = Math.max(2, GROUP / (b.depth * WIDTH) / 2 * 2);
    final int tiles = tiles(rows);
    for (int first = 0; first < b.count; first += group) {
      final int end = Math.min(b.count, first + group);
      for (int tile = 0; tile < tiles; tile++) {
        for (int i = first; i < end; i += 2) {
          final int right = i + 1 < end ? i + 1 : i;
          final boolean fetches = (i - first) / 2 % tiles == tile;
          final int entry = (i - first) / 2 * ENTRY;
          table[entry] = 2L * b.from[i];
          table[entry + 1] = 2L * b.from[right];
          table[entry + 2] = 4L * to[i];
          table[entry + 3] = 4L * (to[right] - to[i]);
          table[entry + 4] = fetches ? 2L * (b.ahead[i] - b.from[i]) : 0;
          table[entry + 5] = fetches ? 2L * (b.ahead[right] - b.from[right]) : 0;
        }
        final int row = rows * tile / tiles;
        call(
            1,
            rows * (tile + 1) / tiles - row,
            new Matrix(a.values(), a.offset() + row * a.stride(), a.stride()),
            b,
            new Matrix(c.values(), c.offset() + row * c.stride(), c.stride()),
            (end - first + 1) / 2);
      }
    }
  }

  /**
   * Adds weighted rows of values; the weights of a vector of values follow those of the one before.
   *
   * @param a rows of weights.
   * @param b first vectors of values; 32 columns are read.
   * @param c where sums are.
   * @param rows of a and c.
   */
  public void values(final Matrix a, final Halves b, final Matrix c, final int rows) {
    final int group = Math.max(1, GROUP / (b.depth * b.stride));
    final int tiles = tiles(rows);
    for (int first = 0; first < b.count; first += group) {
      final int end = Math.min(b.count, first + group);
      for (int tile = 0; tile < tiles; tile++) {
        for (int i = first; i < end; i++) {
          final int entry = (i - first) * ENTRY;
          table[entry] = 2L * b.from[i];
          table[entry + 1] = 2L * (b.from[i] + WIDTH);
          table[entry + 4] = (i - first) % tiles == tile ? 2L * (b.ahead[i] - b.from[i]) : 0;
        }
        final int row = rows * tile / tiles;
        final int from = a.offset() + row * a.stride() + first * b.depth;
        call(
            0,
            rows * (tile + 1) / tiles - row,
            new Matrix(a.values(), from, a.stride()),
            b,
            new Matrix(c.values(), c.offset() + row * c.stride(), c.stride()),
            end - first);
      }
    }
  }

  private static int tiles(final int rows) {
    return (rows + HalfCode.MOST_ROWS - 1) / HalfCode.MOST_ROWS;
  }

  /** Calls the kernel of scores, 1, or of values, 0, on the entries of the table. */
  private void call(
      final int kind,
      final int rows,
      final Matrix a,
      final Halves b,
      final Matrix c,
      final int entries) {
    try {
      CALL.invokeExact(
          PLACES[(rows - 1) * 2 + kind],
          a.values(),
          4L * a.offset(),
          4L * a.stride(),
          b.cells,
          2L * b.stride,
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
