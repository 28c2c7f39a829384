package dev.coppice.decoder.attention;

import dev.coppice.decoder.files.AttentionShape;
import dev.coppice.decoder.kernel.AttentionKernels;
import dev.coppice.decoder.kernel.RowMath;
import java.util.Arrays;

/**
 * Computes one head at a time, with scratch of its own.
 *
 * <p>Per row: scores of all positions, their exponentials, then the values in rising order of
 * position; nothing is rescaled on the way. So neither the block size nor the neighbours nor the cut
 * of a prefill into chunks changes the order in which a row sums.
 *
 * <pre>
 *   for each tile of rows:
 *     for each rectangle of the plan   scores = Q * K
 *     for each row                     exponentials
 *     for each rectangle of the plan   out += E * V
 * </pre>
 *
 * @thread one at a time; heads may be shared out over several of these.
 */
final class HeadAttention {
  /** Query heads times tokens in a tile: enough to use a block well, few enough to stay cached. */
  static final int TILE_ROWS = 128;

  private final AttentionShape shape;
  private final int group;
  private final int headDim;
  private final int outStride;
  private final AttentionProducts products;
  private final RowMath math = new RowMath();
  private final float[] sums;
  private final float[] outs;
  private float[] scores = new float[0];
  private int scoreStride;

  private AttentionPlan plan;
  private Slab slab;
  private int layer;
  private int head;
  private int begin;
  private int end;

  HeadAttention(final AttentionShape shape, final AttentionProducts products) {
    this.shape = shape;
    this.products = products;
    group = shape.groupSize();
    headDim = shape.headDim();
    outStride =
        (headDim + AttentionKernels.COLUMNS - 1)
            / AttentionKernels.COLUMNS
            * AttentionKernels.COLUMNS;
    sums = new float[Math.max(TILE_ROWS, group)];
    outs = new float[sums.length * outStride];
  }

  /**
   * Prepares for a slab.
   *
   * @param newPlan of the slab.
   * @param newSlab of tokens.
   * @param pool of blocks.
   */
  void prepare(final AttentionPlan newPlan, final Slab newSlab, final KvPool pool) {
    plan = newPlan;
    slab = newSlab;
    products.prepare(plan, pool);
    final int slots = pool.blockTokens();
    final int most = (slab.maxPosition / slots + 1) * slots;
    scoreStride = most + ScoreKernel.padded(slots) + AttentionProducts.SLACK;
    if (scores.length < (long) sums.length * scoreStride) {
      scores = new float[Math.multiplyExact(sums.length, scoreStride + scoreStride / 4)];
    }
  }

  /** Lets go of the pool, so that another may take its memory. */
  void release() {
    products.release();
  }

  /**
   * Computes one kv head for all tokens of the slab.
   *
   * @param newLayer from 0.
   * @param newHead from 0.
   * @param q queries, already scaled.
   * @param out to fill.
   */
  void run(final int newLayer, final int newHead, final float[] q, final float[] out) {
    layer = newLayer;
    head = newHead;
    for (int tile = 0; tile < plan.tiles(); tile++) {
      begin = tile * plan.tileRows();
      end = Math.min(slab.rows, begin + plan.tileRows());
      Arrays.fill(outs, 0, (end - begin) * group * outStride, 0f);
      for (int i = plan.first(tile); i < plan.first(tile + 1); i++) {
        score(i, q);
      }
      exponentials();
      for (int i = plan.first(tile); i < plan.first(tile + 1); i++) {
        weigh(i);
      }
      store(out);
    }
  }

  /** Scores a rectangle; one that continues within a block was scored with the rectangle before. */
  private void score(final int rectangle, final float[] q) {
    if (plan.scored(rectangle) > 0) {
      final int row = plan.rowBegin(rectangle);
      final int rows = (plan.rowEnd(rectangle) - row) * group;
      final int from = (head * slab.rows + row) * group * headDim;
      products.score(
          new AttentionProducts.Part(layer, head, rectangle),
          new AttentionProducts.Rows(q, from, headDim, rows),
          new AttentionProducts.Rows(
              scores, (row - begin) * group * scoreStride, scoreStride, rows));
    }
  }

  private void exponentials() {
    for (int row = begin; row < end; row++) {
      for (int g = 0; g < group; g++) {
        final int i = (row - begin) * group + g;
        sums[i] = math.exponentials(scores, i * scoreStride, slab.position[row] + 1);
      }
    }
  }

  private void weigh(final int rectangle) {
    final int row = plan.rowBegin(rectangle);
    final int rows = (plan.rowEnd(rectangle) - row) * group;
    final int first = (row - begin) * group;
    products.weigh(
        new AttentionProducts.Part(layer, head, rectangle),
        new AttentionProducts.Rows(scores, first * scoreStride, scoreStride, rows),
        new AttentionProducts.Rows(outs, first * outStride, outStride, rows));
  }

  private void store(final float[] out) {
    for (int row = begin; row < end; row++) {
      for (int g = 0; g < group; g++) {
        final int i = (row - begin) * group + g;
        final float scale = 1 / sums[i];
        final int to = row * shape.queryWidth() + (head * group + g) * headDim;
        for (int d = 0; d < headDim; d++) {
          out[to + d] = outs[i * outStride + d] * scale;
        }
      }
    }
  }
}
