package dev.coppice.djl.kernel;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Calls the kernels written by {@link PairCode} on arrays of the heap.
 *
 * <p>The caller answers for all offsets: nothing is checked here.
 *
 * @thread any.
 */
public final class PairKernels {
  /** Lines fetched ahead with every k. */
  private static final int[] PACES = {0, 1, 2, 4};

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
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG),
              Linker.Option.critical(true));

  private static final PairKernels PRESENT = make();

  private final MemorySegment[] places;

  private PairKernels(final MemorySegment[] places) {
    this.places = places;
  }

  /**
   * Returns the kernels.
   *
   * @return them, or null where the machine has none.
   */
  public static PairKernels present() {
    return PRESENT;
  }

  private static PairKernels make() {
    final byte[][] codes = new byte[number(PairCode.MOST_ROWS, true, 3) + 1][];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = new PairCode(i / 8 + 1, (i & 4) != 0, PACES[i & 3]).write();
    }
    final MemorySegment[] places = TileKernels.place(codes);
    return places == null ? null : new PairKernels(places);
  }

  private static int number(final int rows, final boolean single, final int pace) {
    return (rows - 1) * 8 + (single ? 4 : 0) + pace;
  }

  /**
   * Holds a matrix in an array.
   *
   * @param values as memory.
   * @param offset of the first element, in floats.
   * @param stride from row to row, in floats.
   */
  public record Matrix(MemorySegment values, int offset, int stride) {}

  /**
   * Multiplies rows with two strips of 32 columns, or with one.
   *
   * @param a rows of weights or queries.
   * @param b the left strip, a row per k.
   * @param c where the left strip's sums go.
   * @param right where the right strip lies, and what is fetched ahead.
   * @param size rows and depth.
   */
  public void multiply(
      final Matrix a, final Matrix b, final Matrix c, final Right right, final Size size) {
    final int tiles = (size.rows + PairCode.MOST_ROWS - 1) / PairCode.MOST_ROWS;
    int row = 0;
    try {
      for (int tile = 0; tile < tiles; tile++) {
        final int next = size.rows * (tile + 1) / tiles;
        final int to = c.offset + row * c.stride;
        final int pace = right.pace(tile, tiles);
        CALL.invokeExact(
            places[number(next - row, right.inB == 0, pace)],
            a.values,
            4L * (a.offset + row * a.stride),
            4L * a.stride,
            b.values,
            4L * b.offset,
            4L * (b.offset + right.inB),
            4L * b.stride,
            c.values,
            4L * to,
            4L * (to + right.inC),
            4L * c.stride,
            (long) size.depth,
            right.ahead(tile, tiles),
            4L * right.aheadRight);
        row = next;
      }
    } catch (final RuntimeException | Error e) {
      throw e;
    } catch (final Throwable e) {
      throw new IllegalStateException("native calls throw nothing checked", e);
    }
  }

  /**
   * Says where the right strip lies, and which two strips are fetched meanwhile; these are spread over
   * the tiles of rows, so that memory is asked at an even pace.
   *
   * @param inB floats from the left strip in b; 0 if there is none.
   * @param inC floats from the left strip in c.
   * @param ahead floats in b from the left strip to the first strip that is fetched; 0 for nothing.
   * @param aheadRight floats in b from the left strip to the second.
   */
  public record Right(int inB, int inC, int ahead, int aheadRight) {
    /** Returns the index of the pace of one tile of rows. */
    private int pace(final int tile, final int tiles) {
      if (ahead == 0) {
        return 0;
      }
      if (inB == 0) {
        return tiles == 1 ? 2 : tile < 2 ? 1 : 0;
      }
      if (tiles < 4) {
        return tiles == 1 ? 3 : tile < 2 ? 2 : 0;
      }
      return tile < 4 ? 1 : 0;
    }

    /** Returns the bytes from the left strip to what one tile fetches. */
    private long ahead(final int tile, final int tiles) {
      if (inB == 0) {
        return 4L * ahead + tile * 64L;
      }
      if (tiles < 4) {
        return 4L * (tile == 0 ? ahead : aheadRight);
      }
      return 4L * (tile < 2 ? ahead : aheadRight) + (tile & 1) * 64L;
    }
  }

  /**
   * Holds the sizes of a product.
   *
   * @param rows of a and c.
   * @param depth columns of a, at least 1.
   */
  public record Size(int rows, int depth) {}
}
