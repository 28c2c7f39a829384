package dev.coppice.djl.attention;

/**
 * Widens one block at a time and computes with the kernels for floats.
 *
 * <p>Runs where there is no machine code for half floats, and is what that code is tested against: it
 * gives the same bits.
 *
 * @thread one at a time.
 */
final class WidenedProducts implements HalfProducts {
  private final ScoreKernel scorer = new ScoreKernel();
  private final WeighKernel weigher = new WeighKernel();
  private AttentionPlan plan;
  private HalfPool pool;
  private int keyStride;
  private float[] widened = new float[0];

  @Override
  public void prepare(final AttentionPlan newPlan, final HalfPool newPool) {
    plan = newPlan;
    pool = newPool;
    keyStride = ScoreKernel.padded(pool.blockTokens());
    final int size = Math.max(keyStride * pool.headDim(), pool.blockTokens() * pool.valueStride());
    if (widened.length < size) {
      widened = new float[size];
    }
  }

  @Override
  public void score(final Part part, final Rows queries, final Rows scores) {
    final int slots = pool.blockTokens();
    final int begin = plan.indexBegin(part.rectangle());
    for (int index = begin; index < plan.indexEnd(part.rectangle()); index++) {
      final int block = plan.block(plan.visit(part.rectangle()) + index - begin);
      final int keys = pool.keyOffset(block, part.head());
      for (int d = 0; d < pool.headDim(); d++) {
        pool.widen(part.layer(), keys + d * slots, slots, widened, d * keyStride);
      }
      scorer.left(queries.values(), queries.offset(), queries.stride());
      scorer.right(widened, keyStride);
      scorer.sum(scores.values(), scores.offset(), scores.stride());
      scorer.columns(0, index * slots, plan.scored(part.rectangle()));
      scorer.multiply(queries.count(), pool.headDim());
    }
  }

  @Override
  public void weigh(final Part part, final Rows weights, final Rows sums) {
    final int slots = pool.blockTokens();
    final int stride = pool.valueStride();
    final int skipped = plan.slotBegin(part.rectangle());
    final int depth = plan.slotEnd(part.rectangle()) - skipped;
    final int begin = plan.indexBegin(part.rectangle());
    for (int index = begin; index < plan.indexEnd(part.rectangle()); index++) {
      final int block = plan.block(plan.visit(part.rectangle()) + index - begin);
      final int values = pool.valueOffset(block, part.head()) + skipped * stride;
      pool.widen(part.layer(), values, depth * stride, widened, 0);
      final int column = index * slots + skipped;
      weigher.left(weights.values(), weights.offset() + column, weights.stride(), 0);
      weigher.right(widened, stride, depth);
      weigher.sum(sums.values(), sums.offset(), sums.stride());
      weigher.block(0);
      weigher.add(weights.count(), stride);
    }
  }
}
