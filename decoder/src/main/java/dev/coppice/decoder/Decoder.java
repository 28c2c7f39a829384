package dev.coppice.decoder;

import dev.coppice.decoder.attention.KvPool;
import dev.coppice.decoder.attention.PagedAttention;
import dev.coppice.decoder.attention.RopeTable;
import dev.coppice.decoder.attention.Slab;
import dev.coppice.decoder.files.AttentionShape;
import dev.coppice.decoder.files.ModelConfig;
import dev.coppice.decoder.kernel.Linears;
import dev.coppice.decoder.kernel.RowMath;
import dev.coppice.decoder.kernel.WorkerPool;
import java.util.Arrays;

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
 * @thread the engine thread alone; helpers are the pool's.
 */
final class Decoder {
  /** Below this, waking a helper for what is done row by row costs more than it saves. */
  private static final int MIN_ROWS = 8;

  private final ModelConfig config;
  private final Linears linears;
  private final int hidden;
  private final int projected;
  private final RopeTable rope;
  private final PagedAttention attention;
  private final WorkerPool workers;
  private final RowMath[] maths;
  private final WorkerPool.Work placing = this::placePiece;
  private final WorkerPool.Work norming = this::normPiece;
  private final float[] x;
  private final float[] rows;
  private final float[] queries;
  private final float[] normed;
  private final float[] attended;

  // The job in hand.
  private Slab slab;
  private KvPool pool;
  private LayerWeights weights;
  private int layer;
  private float[] scale;
  private boolean adding;
  private int pieces;

  Decoder(
      final ModelConfig config,
      final Linears linears,
      final WorkerPool workers,
      final DecoderSettings settings) {
    final int slabRows = settings.slabTokens();
    this.config = config;
    this.linears = linears;
    this.workers = workers;
    maths = new RowMath[workers.threads()];
    Arrays.setAll(maths, lane -> new RowMath());
    final AttentionShape shape = config.attention();
    hidden = config.dimensions().hiddenSize();
    projected = shape.queryWidth() + 2 * shape.kvWidth();
    rope = new RopeTable(config.rope(), shape.headDim());
    attention = new PagedAttention(shape, workers);
    x = new float[slabRows * hidden];
    rows = new float[slabRows * Math.max(hidden, projected)];
    queries = new float[slabRows * shape.queryWidth()];
    normed = new float[slabRows * hidden];
    attended = new float[slabRows * shape.queryWidth()];
  }

  /**
   * Computes a slab.
   *
   * @param newSlab of tokens.
   * @param all weights of the model.
   * @param newPool of blocks, whose slots for these tokens are written.
   * @param logits to fill.
   * @param offset of the first wanted token's logits in it.
   */
  void run(
      final Slab newSlab,
      final DecoderWeights all,
      final KvPool newPool,
      final float[] logits,
      final int offset) {
    slab = newSlab;
    pool = newPool;
    rope.grow(slab.maxPosition() + 1);
    attention.plan(slab, pool);
    final int count = slab.rows();
    pieces = count < MIN_ROWS ? 1 : 2 * workers.threads();
    for (int row = 0; row < count; row++) {
      System.arraycopy(all.embedding(), slab.token(row) * hidden, x, row * hidden, hidden);
    }
    norm(all.layer(0).attentionNorm(), false);
    final int layers = config.dimensions().layers();
    for (layer = 0; layer < layers; layer++) {
      weights = all.layer(layer);
      linears.apply(weights.projections()[0], normed, rows, 0, count);
      workers.run(pieces, placing);
      attention.run(layer, queries, attended);
      linears.apply(weights.projections()[1], attended, rows, 0, count);
      norm(weights.feedForwardNorm(), true);
      linears.applyGated(weights.gated(), normed, rows, count);
      norm(layer + 1 < layers ? all.layer(layer + 1).attentionNorm() : null, true);
    }
    head(all, logits, offset);
  }

  /** Lets go of the pool of the last slab, so that another may take its memory. */
  void release() {
    pool = null;
    attention.release();
  }

  /** Adds what a part of a layer came to, if there is any, and computes norms, if they are wanted. */
  private void norm(final float[] newScale, final boolean newAdding) {
    scale = newScale;
    adding = newAdding;
    workers.run(pieces, norming);
  }

  private int firstRow(final int piece) {
    return slab.rows() * piece / pieces;
  }

  private void normPiece(final int lane, final int piece) {
    for (int row = firstRow(piece); row < firstRow(piece + 1); row++) {
      final int end = (row + 1) * hidden;
      for (int i = row * hidden; adding && i < end; i++) {
        x[i] += rows[i];
      }
      if (scale != null) {
        normRow(maths[lane], scale, row, row);
      }
    }
  }

  private void normRow(final RowMath math, final float[] factors, final int from, final int to) {
    final int source = from * hidden;
    final int target = to * hidden;
    final float factor = math.inverseRootMeanSquare(x, source, hidden, config.rmsNormEps());
    for (int i = 0; i < hidden; i++) {
      normed[target + i] = x[source + i] * factor * factors[i];
    }
  }

  /** Rotates queries and keys, stores keys and values, and sorts the queries by kv head. */
  private void placePiece(final int lane, final int piece) {
    final AttentionShape shape = config.attention();
    final int headDim = shape.headDim();
    final int groupWidth = shape.groupSize() * headDim;
    final float root = (float) (1 / Math.sqrt(headDim));
    final int slots = pool.blockTokens();
    for (int row = firstRow(piece); row < firstRow(piece + 1); row++) {
      final int position = slab.position(row);
      final int from = row * projected;
      for (int head = 0; head < shape.heads(); head++) {
        turn(maths[lane], weights.queryNorm(), from + head * headDim, position);
      }
      for (int i = from; i < from + shape.queryWidth(); i++) {
        rows[i] *= root;
      }
      final int keys = from + shape.queryWidth();
      for (int head = 0; head < shape.kvHeads(); head++) {
        turn(maths[lane], weights.keyNorm(), keys + head * headDim, position);
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

  private void turn(final RowMath math, final float[] norm, final int offset, final int position) {
    final int headDim = config.attention().headDim();
    if (norm != null) {
      final float factor = math.inverseRootMeanSquare(rows, offset, headDim, config.rmsNormEps());
      for (int i = 0; i < headDim; i++) {
        rows[offset + i] = rows[offset + i] * factor * norm[i];
      }
    }
    rope.turn(rows, offset, position);
  }

  private void head(final DecoderWeights all, final float[] logits, final int offset) {
    for (int i = 0; i < slab.wantedRows(); i++) {
      normRow(maths[0], all.finalNorm(), slab.wanted(i), i);
    }
    if (slab.wantedRows() > 0) {
      linears.apply(all.head(), normed, logits, offset, slab.wantedRows());
    }
  }
}
