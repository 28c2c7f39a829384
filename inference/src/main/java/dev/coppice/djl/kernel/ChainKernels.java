package dev.coppice.djl.kernel;

import dev.coppice.djl.kernel.PairKernels.Matrix;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Calls the kernels written by {@link ChainCode} on arrays of the heap.
 *
 * <p>Blocks are taken a few at a time, all tiles of rows before the next few, so that they stay in the
 * first cache; each tile fetches a part of the blocks behind them.
 *
 * <p>The caller answers for all offsets: nothing is checked here.
 *
 * @thread one at a time; the table is scratch.
 */
public final class ChainKernels {
  /** Columns that are added to. */
  public static final int COLUMNS = ChainCode.COLUMNS;

  /** Floats of values that are computed with together: 32 KiB. */
  private static final int GROUP_FLOATS = 8192;

  private static final int LINE_BYTES = Assembler.VECTOR;

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
                  ValueLayout.JAVA_LONG,
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG),
              Linker.Option.critical(true));

  /** Lines fetched ahead with every k. */
  private static final int[] PACES = {0, 1, 2, 4};

  private static final MemorySegment[] PLACES = make();

  private long[] table = new long[64 * ChainCode.ENTRY];

  private ChainKernels() {}

  /**
   * Makes a caller.
   *
   * @return a new one, or null where the machine has no such kernels.
   */
  public static ChainKernels open() {
    return PLACES == null ? null : new ChainKernels();
  }

  private static MemorySegment[] make() {
    final byte[][] codes = new byte[ChainCode.MOST_ROWS * PACES.length][];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = new ChainCode(i / PACES.length + 1, PACES[i % PACES.length]).write();
    }
    return TileKernels.place(codes);
  }

  /**
   * Adds weighted values of blocks.
   *
   * @param a weights; those of one block lie {@code chain.step} floats behind those of the last.
   * @param b values; the offset is that of the columns in every block.
   * @param c sums.
   * @param rows of a and c.
   * @param chain of blocks.
   */
  public void add(
      final Matrix a, final Matrix b, final Matrix c, final int rows, final Chain chain) {
    final int group = Math.max(1, GROUP_FLOATS / (chain.depth * b.stride()));
    describe(chain, group, b.stride());
    final int tiles = (rows + ChainCode.MOST_ROWS - 1) / ChainCode.MOST_ROWS;
    final boolean fetches = chain.blocks > group || chain.following >= 0;
    try {
      for (int first = 0; first < chain.blocks; first += group) {
        final int count = Math.min(group, chain.blocks - first);
        int row = 0;
        for (int tile = 0; tile < tiles; tile++) {
          final int next = rows * (tile + 1) / tiles;
          final int from = a.offset() + first * chain.step + row * a.stride();
          final int to = c.offset() + row * c.stride();
          // A tile fetches its own lines of what comes next.
          final int pace = fetches ? pace(tile, tiles) : 0;
          final long shift = (long) tile * PACES[pace] * LINE_BYTES;
          CALL.invokeExact(
              PLACES[(next - row - 1) * PACES.length + pace],
              a.values(),
              4L * from,
              4L * a.stride(),
              b.values(),
              4L * (b.offset() + chain.from[first]),
              MemorySegment.ofArray(table),
              8L * first * ChainCode.ENTRY,
              4L * b.stride(),
              c.values(),
              4L * to,
              4L * c.stride(),
              (long) chain.depth,
              (long) count,
              4L * (chain.step - chain.depth),
              shift);
          row = next;
        }
      }
    } catch (final RuntimeException | Error e) {
      throw e;
    } catch (final Throwable e) {
      throw new IllegalStateException("native calls throw nothing checked", e);
    }
  }

  private static int pace(final int tile, final int tiles) {
    if (tiles == 1) {
      return 3;
    }
    return tiles < 4 ? (tile < 2 ? 2 : 0) : tile < 4 ? 1 : 0;
  }

  /** Writes for each block how far what comes a group later lies, and how far the next block. */
  private void describe(final Chain chain, final int group, final int stride) {
    if (table.length < chain.blocks * ChainCode.ENTRY) {
      table = new long[2 * chain.blocks * ChainCode.ENTRY];
    }
    for (int i = 0; i < chain.blocks; i++) {
      int ahead = chain.from[i];
      if (i + group < chain.blocks) {
        ahead = chain.from[i + group];
      } else if (i == Math.max(0, chain.blocks - group) && chain.following >= 0) {
        ahead = chain.following;
      }
      final int next = chain.from[Math.min(i + 1, chain.blocks - 1)];
      table[i * ChainCode.ENTRY] = 4L * (ahead - chain.from[i]);
      table[i * ChainCode.ENTRY + 1] = 4L * (next - chain.from[i] - chain.depth * stride);
    }
  }

  /**
   * Names blocks of values.
   *
   * @param from offsets of the blocks' first rows in b; read, never kept.
   * @param blocks the number of them, at least 1.
   * @param depth rows of each block that are added, at least 1.
   * @param step floats from the weights of one block to those of the next.
   * @param following offset of what will be read afterwards, or -1.
   */
  public record Chain(int[] from, int blocks, int depth, int step, int following) {}
}
