package dev.coppice.decoder.attention;

import dev.coppice.decoder.kernel.AttentionKernels;
import dev.coppice.decoder.kernel.AttentionKernels.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Computes in machine code; meanwhile blocks that come a little later in the plan are fetched, be it for
 * the same rectangle or for one that follows.
 *
 * @thread one at a time.
 */
final class KernelProducts implements AttentionProducts {
  private final AttentionKernels kernels;
  private AttentionPlan plan;
  private KvPool pool;
  private int slots;
  private int distance;
  private int[] from = new int[256];
  private int[] ahead = new int[256];
  private int[] to = new int[256];

  KernelProducts(final AttentionKernels kernels) {
    this.kernels = kernels;
  }

  @Override
  public void prepare(final AttentionPlan newPlan, final KvPool newPool) {
    plan = newPlan;
    pool = newPool;
    slots = pool.blockTokens();
    final int together = AttentionKernels.together(pool.valueStride(), pool.cellBytes());
    distance = Math.max(1, together / slots);
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
    grow(blocks * ((scored + AttentionKernels.WIDTH - 1) / AttentionKernels.WIDTH));
    int count = 0;
    for (int i = 0; i < blocks; i++) {
      final int keys = pool.keyOffset(plan.block(first + i), part.head());
      final int later = afterKeys(first + i, part.head());
      for (int slot = 0; slot < scored; slot += AttentionKernels.WIDTH) {
        from[count] = keys + slot;
        ahead[count] = later + slot;
        to[count++] = (begin + i) * slots + slot;
      }
    }
    kernels.scores(
        matrix(queries, 0),
        cells(part, slots, pool.headDim(), count),
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
    int columns;
    for (int column = 0; column < stride; column += columns) {
      columns = AttentionKernels.columns(weights.count(), stride - column);
      for (int i = 0; i < blocks; i++) {
        final int shift = skipped * stride + column;
        from[i] = pool.valueOffset(plan.block(first + i), part.head()) + shift;
        ahead[i] = afterValues(first + i, part.head()) + shift;
      }
      kernels.values(
          matrix(weights, begin * slots + skipped),
          cells(part, stride, depth, blocks),
          matrix(sums, column),
          weights.count(),
          columns);
    }
  }

  private AttentionKernels.Cells cells(
      final Part part, final int stride, final int depth, final int count) {
    return new AttentionKernels.Cells(
        pool.cells(part.layer()), pool.cellBytes(), stride, depth, from, ahead, count);
  }

  /** Finds what is read some time after the keys of a block: keys, or the first values. */
  private int afterKeys(final int visit, final int head) {
    final int later = visit + distance;
    return later < plan.visits()
        ? pool.keyOffset(plan.block(later), head)
        : pool.valueOffset(plan.block(wrapped(later)), head);
  }

  /** Finds what is read some time after the values of a block: values, or the next head's keys. */
  private int afterValues(final int visit, final int head) {
    final int later = visit + distance;
    return later < plan.visits()
        ? pool.valueOffset(plan.block(later), head)
        : pool.keyOffset(plan.block(wrapped(later)), Math.min(head + 1, pool.kvHeads() - 1));
  }

  private int wrapped(final int later) {
    return Math.min(later - plan.visits(), plan.visits() - 1);
  }

  private void grow(final int count) {
    if (count > from.length) {
      from = Arrays.copyOf(from, 2 * count);
      ahead = Arrays.copyOf(ahead, 2 * count);
      to = Arrays.copyOf(to, 2 * count);
    }
  }

  @Override
  public void release() {
    pool = null;
  }
}
