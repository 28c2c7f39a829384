package dev.coppice.decoder.attention;

import dev.coppice.decoder.files.AttentionShape;
import dev.coppice.decoder.kernel.WorkerPool;
import java.util.function.Supplier;

/**
 * Computes attention over blocks, visiting a block once for all neighbours that name it.
 *
 * <p>Heads are shared out over threads where there is enough to do; each is computed by one thread
 * in one order, so the number of threads changes no bit.
 *
 * @shape q float[H][R][G*D]: kv head, token, its query heads; out float[R][heads * D].
 * @thread one at a time; helpers are the pool's.
 */
public final class PagedAttention {
  /** Query heads times tokens that see as much of a partly filled block; the rest is added apart. */
  private static final int PARTIAL_ROWS = 3;

  /** Below this, handing over costs more than it saves. */
  private static final long MIN_OPERATIONS = 500_000;

  private final AttentionShape shape;
  private final AttentionPlan plan = new AttentionPlan();
  private final HeadAttention[] lanes;
  private final WorkerPool workers;
  private final WorkerPool.Work work = this::runHead;
  private final long leastOperations;
  private Slab slab;
  private boolean alone;
  private int layer;
  private float[] queries;
  private float[] outputs;

  /**
   * Makes room for one model.
   *
   * @param shape of its attention.
   * @param workers that computes.
   */
  public PagedAttention(final AttentionShape shape, final WorkerPool workers) {
    this(shape, workers, MIN_OPERATIONS, AttentionProducts::open);
  }

  PagedAttention(
      final AttentionShape shape,
      final WorkerPool workers,
      final long leastOperations,
      final Supplier<AttentionProducts> products) {
    this.workers = workers;
    this.shape = shape;
    this.leastOperations = leastOperations;
    lanes = new HeadAttention[workers.threads()];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = new HeadAttention(shape, products.get());
    }
  }

  /**
   * Plans the attention of a slab, the same for all layers.
   *
   * @param newSlab of tokens.
   * @param pool of blocks.
   */
  public void plan(final Slab newSlab, final KvPool pool) {
    if (pool.headDim() != shape.headDim() || pool.kvHeads() != shape.kvHeads()) {
      throw new IllegalArgumentException("the pool is of another shape: shape=" + shape);
    }
    slab = newSlab;
    final int group = shape.groupSize();
    plan.build(
        slab,
        pool.blockTokens(),
        Math.max(1, HeadAttention.TILE_ROWS / group),
        Math.max(1, PARTIAL_ROWS / group));
    // The kernels check nothing: what they are given must lie in the pool.
    plan.checkBlocks(pool.blocks());
    for (final HeadAttention lane : lanes) {
      lane.prepare(plan, slab, pool);
    }
    alone = lanes.length == 1 || operations() < leastOperations;
  }

  /** Lets go of the pool of the last plan, so that another may take its memory. */
  public void release() {
    for (final HeadAttention lane : lanes) {
      lane.release();
    }
  }

  private long operations() {
    long positions = 0;
    for (int row = 0; row < slab.rows; row++) {
      positions += slab.position[row] + 1;
    }
    return positions * shape.queryWidth() * 4;
  }

  /**
   * Computes the attention of all tokens of the slab, whose own keys and values are in the pool.
   *
   * @param newLayer from 0.
   * @param q queries, already scaled.
   * @param out to fill.
   */
  public void run(final int newLayer, final float[] q, final float[] out) {
    final int width = slab.rows * shape.queryWidth();
    if (q.length < width || out.length < width) {
      throw new IllegalArgumentException(
          "too few queries or outputs: rows=%d queries=%d outputs=%d"
              .formatted(slab.rows, q.length, out.length));
    }
    layer = newLayer;
    queries = q;
    outputs = out;
    if (alone) {
      for (int head = 0; head < shape.kvHeads(); head++) {
        runHead(0, head);
      }
    } else {
      workers.run(shape.kvHeads(), work);
    }
  }

  private void runHead(final int lane, final int head) {
    lanes[lane].run(layer, head, queries, outputs);
  }
}
