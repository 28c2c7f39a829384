package dev.coppice.djl;

import dev.coppice.djl.attention.KvPool;
import dev.coppice.djl.attention.PagedAttention;
import dev.coppice.djl.attention.RopeTable;
import dev.coppice.djl.attention.Slab;
import dev.coppice.djl.files.AttentionShape;
import dev.coppice.djl.files.ModelConfig;
import dev.coppice.djl.kernel.Linears;
import dev.coppice.djl.kernel.RowMath;
import dev.coppice.djl.kernel.ThreadCrew;

/**
 * Computes one slab of tokens through all layers.
 *
 * <pre>
 *   x = embedding
 *   per layer:  norm, [q k v] | rotate, store k v, attention
 *               output projection | x += | norm, gated layers | x +=
 *   norm, head, for the wanted tokens
 * </pre>
 *
 * <p>Everything between the linear layers runs row by row in one order, so a row's logits do not
 * depend on its neighbours.
 *
 * @thread the engine thread alone.
 */
final class Decoder {
  private final ModelConfig config;
  private final Linears linears;
  private final int hidden;
  private final int projected;
  private final RopeTable rope;
  private final PagedAttention attention;
  private final RowMath math = new RowMath();
  private final float[] x;
  private final float[] rows;
  private final float[] queries;
  private final float[] normed;
  private final float[] attended;

  Decoder(
      final ModelConfig config,
      final Linears linears,
      final ThreadCrew crew,
      final DjlSettings settings) {
    final int slabRows = settings.slabTokens();
    this.config = config;
    this.linears = linears;
    final AttentionShape shape = config.attention();
    hidden = config.dimensions().hiddenSize();
    projected = shape.queryWidth() + 2 * shape.kvWidth();
    rope = new RopeTable(config.rope(), shape.headDim());
    attention = new PagedAttention(shape, crew);
    x = new float[slabRows * hidden];
    rows = new float[slabRows * Math.max(hidden, projected)];
    queries = new float[slabRows * shape.queryWidth()];
    normed = new float[slabRows * hidden];
    attended = new float[slabRows * shape.queryWidth()];
  }

  /**
   * Computes a slab.
   *
   * @param slab of tokens.
   * @param weights of the model.
   * @param pool of blocks, whose slots for these tokens are written.
   * @param logits to fill.
   * @param offset of the first wanted token's logits in it.
   */
  void run(
      final Slab slab,
      final DecoderWeights weights,
      final KvPool pool,
      final float[] logits,
      final int offset) {
    rope.grow(slab.maxPosition() + 1);
    attention.plan(slab, pool);
    for (int row = 0; row < slab.rows(); row++) {
      System.arraycopy(weights.embedding(), slab.token(row) * hidden, x, row * hidden, hidden);
    }
    for (int layer = 0; layer < config.dimensions().layers(); layer++) {
      final LayerWeights w = weights.layer(layer);
      norm(w.attentionNorm(), slab.rows());
      linears.apply(w.projections()[0], normed, rows, 0, slab.rows());
      place(slab, w, pool, layer);
      attention.run(layer, queries, attended);
      linears.apply(w.projections()[1], attended, rows, 0, slab.rows());
      accumulate(slab.rows());
      norm(w.feedForwardNorm(), slab.rows());
      linears.applyGated(w.gated(), normed, rows, slab.rows());
      accumulate(slab.rows());
    }
    head(slab, weights, logits, offset);
  }

  /** Lets go of the pool of the last slab, so that another may take its memory. */
  void release() {
    attention.release();
  }

  private void norm(final float[] scale, final int count) {
    for (int row = 0; row < count; row++) {
      normRow(scale, row, row);
    }
  }

  private void normRow(final float[] scale, final int from, final int to) {
    final int source = from * hidden;
    final int target = to * hidden;
    final float factor = math.inverseRootMeanSquare(x, source, hidden, config.rmsNormEps());
    for (int i = 0; i < hidden; i++) {
      normed[target + i] = x[source + i] * factor * scale[i];
    }
  }

  private void accumulate(final int count) {
    final int size = count * hidden;
    for (int i = 0; i < size; i++) {
      x[i] += rows[i];
    }
  }

  /** Rotates queries and keys, stores keys and values, and sorts the queries by kv head. */
  private void place(final Slab slab, final LayerWeights w, final KvPool pool, final int layer) {
    final AttentionShape shape = config.attention();
    final int headDim = shape.headDim();
    final int groupWidth = shape.groupSize() * headDim;
    final float scale = (float) (1 / Math.sqrt(headDim));
    final int slots = pool.blockTokens();
    for (int row = 0; row < slab.rows(); row++) {
      final int position = slab.position(row);
      final int from = row * projected;
      for (int head = 0; head < shape.heads(); head++) {
        turn(w.queryNorm(), from + head * headDim, position);
      }
      for (int i = from; i < from + shape.queryWidth(); i++) {
        rows[i] *= scale;
      }
      final int keys = from + shape.queryWidth();
      for (int head = 0; head < shape.kvHeads(); head++) {
        turn(w.keyNorm(), keys + head * headDim, position);
        System.arraycopy(
            rows,
            from + head * groupWidth,
            queries,
            (head * slab.rows() + row) * groupWidth,
            groupWidth);
      }
      pool.write(layer, slab.block(row, position / slots), position % slots, rows, keys);
    }
  }

  private void turn(final float[] norm, final int offset, final int position) {
    final int headDim = config.attention().headDim();
    if (norm != null) {
      final float factor = math.inverseRootMeanSquare(rows, offset, headDim, config.rmsNormEps());
      for (int i = 0; i < headDim; i++) {
        rows[offset + i] = rows[offset + i] * factor * norm[i];
      }
    }
    rope.turn(rows, offset, position);
  }

  private void head(
      final Slab slab, final DecoderWeights weights, final float[] logits, final int offset) {
    for (int i = 0; i < slab.wantedRows(); i++) {
      normRow(weights.finalNorm(), slab.wanted(i), i);
    }
    if (slab.wantedRows() > 0) {
      linears.apply(weights.head(), normed, logits, offset, slab.wantedRows());
    }
  }
}
