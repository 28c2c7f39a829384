package dev.coppice.decoder.attention;

/**
 * Copies one block at a time and computes with the vector API.
 *
 * <p>Runs where there is no machine code, and is what that code is tested against.
 *
 * @thread one at a time.
 */
final class VectorProducts implements AttentionProducts {
  private final ScoreKernel scorer = new ScoreKernel();
  private final WeighKernel weigher = new WeighKernel();
  private AttentionPlan plan;
  private KvPool pool;
  private int keyStride;
  private float[] copied = new float[0];

  @Override
  public void prepare(final AttentionPlan newPlan, final KvPool newPool) {
    plan = newPlan;
    pool = newPool;
    keyStride = ScoreKernel.padded(pool.blockTokens());
    final int size = Math.max(keyStride * pool.headDim(), pool.blockTokens() * pool.valueStride());
    if (copied.length < size) {
      copied = new float[size];
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
        pool.read(part.layer(), keys + d * slots, slots, copied, d * keyStride);
      }
      scorer.left(queries.values(), queries.offset(), queries.stride());
      scorer.right(copied, keyStride);
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
      pool.read(part.layer(), values, depth * stride, copied, 0);
      final int column = index * slots + skipped;
      weigher.left(weights.values(), weights.offset() + column, weights.stride());
      weigher.right(copied, 0, stride, depth);
      weigher.sum(sums.values(), sums.offset(), sums.stride());
      weigher.add(weights.count(), stride);
    }
  }

  @Override
  public void release() {
    pool = null;
  }
}
