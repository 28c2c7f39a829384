package dev.coppice.djl.attention;

import dev.coppice.djl.kernel.HalfKernels;
import dev.coppice.djl.kernel.PairKernels.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Computes with machine code that widens half floats in registers.
 *
 * <p>Meanwhile the blocks that come {@value #AHEAD_SLOTS} slots later in the plan are fetched, be it for
 * the same rectangle or for one that follows.
 *
 * @thread one at a time.
 */
final class KernelProducts implements HalfProducts {
  private static final int AHEAD_SLOTS = 128;

  private final HalfKernels kernels;
  private AttentionPlan plan;
  private HalfPool pool;
  private int slots;
  private int distance;
  private int[] from = new int[256];
  private int[] ahead = new int[256];
  private int[] to = new int[256];

  KernelProducts(final HalfKernels kernels) {
    this.kernels = kernels;
  }

  @Override
  public void prepare(final AttentionPlan newPlan, final HalfPool newPool) {
    plan = newPlan;
    pool = newPool;
    slots = pool.blockTokens();
    distance = Math.max(1, AHEAD_SLOTS / slots);
  }

  private static Matrix matrix(final Rows rows, final int column) {
    return new Matrix(MemorySegment.ofArray(rows.values()), rows.offset() + column, rows.stride());
  }

  @Override
  public void score(final Part part, final Rows queries, final Rows scores) {
    final int scored = plan.scored(part.rectangle());
    final int first = plan.visit(part.rectangle());
    final int begin = plan.indexBegin(part.rectangle());
    final int blocks = plan.indexEnd(part.rectangle()) - begin;
    grow(blocks * ((scored + HalfKernels.WIDTH - 1) / HalfKernels.WIDTH));
    int count = 0;
    for (int i = 0; i < blocks; i++) {
      final int keys = pool.keyOffset(plan.block(first + i), part.head());
      final int later = pool.keyOffset(plan.block(later(first + i)), part.head());
      for (int slot = 0; slot < scored; slot += HalfKernels.WIDTH) {
        from[count] = keys + slot;
        ahead[count] = later + slot;
        to[count++] = (begin + i) * slots + slot;
      }
    }
    kernels.scores(
        matrix(queries, 0),
        new HalfKernels.Halves(pool.cells(part.layer()), slots, pool.headDim(), from, ahead, count),
        matrix(scores, 0),
        to,
        queries.count());
  }

  @Override
  public void weigh(final Part part, final Rows weights, final Rows sums) {
    final int skipped = plan.slotBegin(part.rectangle());
    final int depth = plan.slotEnd(part.rectangle()) - skipped;
    final int first = plan.visit(part.rectangle());
    final int begin = plan.indexBegin(part.rectangle());
    final int blocks = plan.indexEnd(part.rectangle()) - begin;
    final int stride = pool.valueStride();
    grow(blocks);
    for (int column = 0; column < stride; column += HalfKernels.COLUMNS) {
      for (int i = 0; i < blocks; i++) {
        final int shift = skipped * stride + column;
        from[i] = pool.valueOffset(plan.block(first + i), part.head()) + shift;
        ahead[i] = pool.valueOffset(plan.block(later(first + i)), part.head()) + shift;
      }
      kernels.values(
          matrix(weights, begin * slots + skipped),
          new HalfKernels.Halves(pool.cells(part.layer()), stride, depth, from, ahead, blocks),
          matrix(sums, column),
          weights.count());
    }
  }

  private int later(final int visit) {
    return Math.min(visit + distance, plan.visits() - 1);
  }

  private void grow(final int count) {
    if (count > from.length) {
      from = Arrays.copyOf(from, 2 * count);
      ahead = Arrays.copyOf(ahead, 2 * count);
      to = Arrays.copyOf(to, 2 * count);
    }
  }
}
