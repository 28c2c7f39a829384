package dev.coppice.djl;

import dev.coppice.djl.files.AttentionShape;
import java.util.Arrays;

/**
 * Computes attention over blocks, visiting a block once for all neighbours that name it.
 *
 * <p>Per head and row: scores of all positions, their exponentials, then the values in rising order
 * of position; nothing is rescaled on the way. So neither the block size nor the neighbours nor the
 * cut of a prefill into chunks changes the order in which a row sums.
 *
 * <pre>
 *   for each kv head, for each tile of rows:
 *     for each block index: runs of rows with the same block   scores += Q * K
 *     for each row: exponentials
 *     for each block index: runs of rows with the same block   out += E * V
 * </pre>
 *
 * @shape q float[H][R][G*D]: kv head, token, its query heads; out float[R][heads * D].
 * @thread one at a time.
 */
final class PagedAttention {
  /** Query heads times tokens in a tile: enough to use a block well, few enough to stay cached. */
  private static final int TILE_ROWS = 128;

  private final AttentionShape shape;
  private final int group;
  private final int headDim;
  private final int outStride;
  private final GemmTile gemm = new GemmTile();
  private final RowMath math = new RowMath();
  private final float[] sums;
  private final float[] outs;
  private float[] scores = new float[0];
  private int scoreStride;

  private Slab slab;
  private KvPool pool;
  private int layer;
  private int head;
  private int begin;
  private int end;

  PagedAttention(final AttentionShape shape) {
    this.shape = shape;
    group = shape.groupSize();
    headDim = shape.headDim();
    outStride = GemmTile.padded(headDim);
    sums = new float[Math.max(TILE_ROWS, group)];
    outs = new float[sums.length * outStride + GemmTile.WIDTH];
  }

  /**
   * Computes the attention of all tokens of a slab, whose own keys and values are in the pool.
   *
   * @param newSlab of tokens.
   * @param newPool of blocks.
   * @param newLayer from 0.
   * @param q queries, already scaled.
   * @param out to fill.
   */
  void run(
      final Slab newSlab,
      final KvPool newPool,
      final int newLayer,
      final float[] q,
      final float[] out) {
    slab = newSlab;
    pool = newPool;
    layer = newLayer;
    final int tile = Math.max(1, TILE_ROWS / group);
    final int slots = pool.blockTokens();
    scoreStride = (slab.maxPosition / slots + 1) * slots + pool.keyStride() + GemmTile.WIDTH;
    if (scores.length < (long) sums.length * scoreStride) {
      scores = new float[Math.multiplyExact(sums.length, scoreStride + scoreStride / 4)];
    }
    for (head = 0; head < shape.kvHeads(); head++) {
      for (begin = 0; begin < slab.rows; begin = end) {
        end = Math.min(slab.rows, begin + tile);
        Arrays.fill(scores, 0, (end - begin) * group * scoreStride, 0f);
        Arrays.fill(outs, 0, (end - begin) * group * outStride, 0f);
        score(q);
        exponentials();
        weigh();
        store(out);
      }
    }
  }

  private void score(final float[] q) {
    final int slots = pool.blockTokens();
    final float[] keys = pool.keys(layer);
    for (int index = 0; index * slots <= slab.maxPosition; index++) {
      int row = begin;
      while (row < end) {
        final int next = runEnd(row, index);
        if (slab.position[row] >= index * slots) {
          final int first = (row - begin) * group;
          gemm.left(q, (head * slab.rows + row) * group * headDim, headDim);
          gemm.right(keys, pool.keyOffset(slab.block(row, index), head), pool.keyStride());
          gemm.sum(scores, first * scoreStride + index * slots, scoreStride);
          final int columns = Math.min(slots, furthest(row, next) - index * slots + 1);
          gemm.add((next - row) * group, columns, headDim);
          clearSpill(first, (next - row) * group, index * slots + columns);
        }
        row = next;
      }
    }
  }

  /** Clears what whole vectors wrote behind a block, where the next one will add its scores. */
  private void clearSpill(final int first, final int count, final int column) {
    final int slots = pool.blockTokens();
    if (slots % GemmTile.WIDTH != 0) {
      for (int i = first; i < first + count; i++) {
        final int from = i * scoreStride + column;
        Arrays.fill(scores, from, from + GemmTile.WIDTH, 0f);
      }
    }
  }

  /** Ends the run of rows that reach a block index and name the same block there. */
  private int runEnd(final int row, final int index) {
    final int floor = index * pool.blockTokens();
    int next = row + 1;
    if (slab.position[row] < floor) {
      return next;
    }
    final int block = slab.block(row, index);
    while (next < end && slab.position[next] >= floor && slab.block(next, index) == block) {
      next++;
    }
    return next;
  }

  private int furthest(final int from, final int to) {
    int most = 0;
    for (int row = from; row < to; row++) {
      most = Math.max(most, slab.position[row]);
    }
    return most;
  }

  private void exponentials() {
    for (int row = begin; row < end; row++) {
      for (int g = 0; g < group; g++) {
        final int i = (row - begin) * group + g;
        sums[i] = math.exponentials(scores, i * scoreStride, slab.position[row] + 1);
      }
    }
  }

  private void weigh() {
    final int slots = pool.blockTokens();
    for (int index = 0; index * slots <= slab.maxPosition; index++) {
      int row = begin;
      while (row < end) {
        final int next = runEnd(row, index);
        if (slab.position[row] >= index * slots) {
          final int offset = pool.valueOffset(slab.block(row, index), head);
          weighRun(row, next, index * slots, offset);
        }
        row = next;
      }
    }
  }

  /** Adds a block's values to a run of rows: what all of them see at once, the rest row by row. */
  private void weighRun(final int from, final int to, final int floor, final int offset) {
    final int slots = pool.blockTokens();
    final int stride = pool.valueStride();
    final float[] values = pool.values(layer);
    int shared = slots;
    for (int row = from; row < to; row++) {
      shared = Math.min(shared, slab.position[row] - floor + 1);
    }
    final int first = (from - begin) * group;
    gemm.left(scores, first * scoreStride + floor, scoreStride);
    gemm.right(values, offset, stride);
    gemm.sum(outs, first * outStride, outStride);
    gemm.add((to - from) * group, headDim, shared);
    for (int row = from; row < to; row++) {
      final int seen = Math.min(slots, slab.position[row] - floor + 1);
      if (seen > shared) {
        final int i = (row - begin) * group;
        gemm.left(scores, i * scoreStride + floor + shared, scoreStride);
        gemm.right(values, offset + shared * stride, stride);
        gemm.sum(outs, i * outStride, outStride);
        gemm.add(group, headDim, seen - shared);
      }
    }
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
