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
  /** Columns of a strip. */
  public static final int STRIP = 32;

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
    final byte[][] codes = new byte[2 * (TileCode.MOST_ROWS + 1)][];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = i < 2 ? new byte[0] : new PairCode(i / 2, i % 2 == 1).write();
    }
    final MemorySegment[] places = TileKernels.place(codes);
    return places == null ? null : new PairKernels(places);
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
   * Multiplies rows with two strips of 32 columns.
   *
   * @param a rows of weights or queries.
   * @param b the left strip, a row per k.
   * @param c where the left strip's sums go.
   * @param right floats from the left strip to the right one, in b and in c.
   * @param size rows and depth.
   * @param adding whether sums begin at what c holds.
   */
  public void multiply(
      final Matrix a,
      final Matrix b,
      final Matrix c,
      final Right right,
      final Size size,
      final boolean adding) {
    final int tiles = (size.rows + TileCode.MOST_ROWS - 1) / TileCode.MOST_ROWS;
    int row = 0;
    try {
      for (int tile = 0; tile < tiles; tile++) {
        final int next = size.rows * (tile + 1) / tiles;
        final int to = c.offset + row * c.stride;
        CALL.invokeExact(
            places[(next - row) * 2 + (adding ? 1 : 0)],
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
            (long) size.depth);
        row = next;
      }
    } catch (final RuntimeException | Error e) {
      throw e;
    } catch (final Throwable e) {
      throw new IllegalStateException("native calls throw nothing checked", e);
    }
  }

  /**
   * Says where the right strip lies.
   *
   * @param inB floats from the left strip in b.
   * @param inC floats from the left strip in c.
   */
  public record Right(int inB, int inC) {}

  /**
   * Holds the sizes of a product.
   *
   * @param rows of a and c.
   * @param depth columns of a, at least 1.
   */
  public record Size(int rows, int depth) {}
}
