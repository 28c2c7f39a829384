package dev.coppice.training.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.coppice.training.supervised.LlamaForward;
import dev.coppice.training.supervised.LlamaShape;
import dev.coppice.training.supervised.LlamaWeights;
import dev.coppice.training.supervised.RotaryTables;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs whole trees through a Llama-style decoder in operations that can be differentiated, each
 * token once.
 *
 * <p>Norms, projections and feed-forward run over all tokens side by side. For attention the keys
 * and values of a strip's path are gathered from where they were computed; the gradient of a gather
 * adds up over all strips that read a token, which is what the rows of a flat batch would have
 * added.
 *
 * <p>Every product has the activation first, as in {@link LlamaForward}. The gather that begins a pass
 * cannot: its caller's scope closes what it makes.
 *
 * @thread the trainer's thread only
 */
final class TreeForward {
  private static final float MASKED = -1e9f;

  private final LlamaShape shape;
  private final LlamaForward parts;
  private final RotaryTables rotary;

  TreeForward(final LlamaShape shape) {
    this.shape = shape;
    this.parts = new LlamaForward(shape);
    this.rotary = parts.rotary();
  }

  /** Computes the logits after the tokens of some rows. @shape return [P, V] */
  NDArray logits(
      final NDManager manager,
      final LlamaWeights weights,
      final StripPlan plan,
      final int[] predicting) {
    final Constants at = constants(manager, plan);
    NDArray stream = rows(weights.embedding(), index(manager, plan.tokens()));
    for (final LlamaWeights.Layer layer : weights.layers()) {
      final NDArray read = parts.norm(stream, layer.inputNorm());
      stream = stream.add(attention(read, layer, at).matMul(layer.attention().o()));
      stream = stream.add(parts.feedForward(parts.norm(stream, layer.postNorm()), layer));
    }
    final NDArray last = rows(stream, index(manager, predicting));
    return parts.norm(last, weights.finalNorm()).matMul(weights.embedding().transpose());
  }

  /** Constants of one pass. */
  private record Constants(
      Angles queries, Angles keys, NDArray rotation, List<Gathered> buckets, NDArray backToRows) {}

  /** Cosines and sines by which rows turn with their positions. */
  private record Angles(NDArray cos, NDArray sin) {}

  /**
   * Constants of one bucket.
   *
   * @shape queryRows [S*Q], keyRows [S*K], mask [S, 1, Q, K]
   */
  private record Gathered(
      int strips, int queries, int keys, NDArray queryRows, NDArray keyRows, NDArray mask) {}

  private Constants constants(final NDManager manager, final StripPlan plan) {
    final int rows = plan.rows();
    final int[] back = new int[rows];
    final List<Gathered> buckets = new ArrayList<>();
    int from = 0;
    for (final StripPlan.Bucket bucket : plan.buckets()) {
      buckets.add(gathered(manager, bucket, from, back));
      from += bucket.strips().size() * bucket.queries();
    }
    return new Constants(
        angles(manager, plan, parts.queryScale()),
        angles(manager, plan, 1),
        rotary.rotation(manager),
        buckets,
        index(manager, back));
  }

  private Angles angles(final NDManager manager, final StripPlan plan, final double scale) {
    return new Angles(
        rotary.cosAt(manager, plan.positions(), scale),
        rotary.sinAt(manager, plan.positions(), scale));
  }

  private static Gathered gathered(
      final NDManager manager, final StripPlan.Bucket bucket, final int from, final int[] back) {
    final int strips = bucket.strips().size();
    final int q = bucket.queries();
    final int k = bucket.keys();
    final int[] queryRows = new int[strips * q];
    final int[] keyRows = new int[strips * k];
    final float[] mask = new float[strips * q * k];
    for (int s = 0; s < strips; s++) {
      final Strip strip = bucket.strips().get(s);
      System.arraycopy(strip.path(), 0, keyRows, s * k, strip.keys());
      for (int i = 0; i < q; i++) {
        final boolean real = i < strip.queries();
        if (real) {
          final int row = strip.path()[strip.before() + i];
          queryRows[s * q + i] = row;
          back[row] = from + s * q + i;
        }
        final int visible = real ? strip.before() + i + 1 : 1;
        java.util.Arrays.fill(mask, (s * q + i) * k + visible, (s * q + i + 1) * k, MASKED);
      }
    }
    return new Gathered(
        strips,
        q,
        k,
        index(manager, queryRows),
        index(manager, keyRows),
        manager.create(mask, new Shape(strips, 1, q, k)));
  }

  private static NDArray index(final NDManager manager, final int[] rows) {
    final long[] wide = new long[rows.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = rows[i];
    }
    return manager.create(wide, new Shape(wide.length));
  }

  private NDArray attention(final NDArray x, final LlamaWeights.Layer layer, final Constants at) {
    final NDArray q = rotated(x.matMul(layer.attention().q()), shape.heads(), at.queries(), at);
    final NDArray k = rotated(x.matMul(layer.attention().k()), shape.kvHeads(), at.keys(), at);
    final NDArray v = x.matMul(layer.attention().v());
    final NDList read = new NDList();
    for (final Gathered bucket : at.buckets()) {
      read.add(attend(q, k, v, bucket));
    }
    final NDArray all = read.size() == 1 ? read.head() : NDArrays.concat(read, 0);
    return rows(all, at.backToRows());
  }

  private NDArray rotated(
      final NDArray x, final int heads, final Angles angles, final Constants at) {
    final NDArray split = x.reshape(-1, heads, shape.headSize());
    return split
        .mul(angles.cos())
        .add(split.matMul(at.rotation()).mul(angles.sin()))
        .reshape(-1, (long) heads * shape.headSize());
  }

  private NDArray attend(final NDArray q, final NDArray k, final NDArray v, final Gathered at) {
    final int group = shape.heads() / shape.kvHeads();
    final int width = shape.headSize();
    final NDArray queries =
        heads(rows(q, at.queryRows()), at.strips(), at.queries(), shape.heads());
    final NDArray keys = heads(rows(k, at.keyRows()), at.strips(), at.keys(), shape.kvHeads());
    final NDArray values = heads(rows(v, at.keyRows()), at.strips(), at.keys(), shape.kvHeads());
    // The query heads that share a key head are laid end to end: one product serves them all.
    final Shape grouped =
        new Shape(at.strips(), shape.kvHeads(), (long) group * at.queries(), width);
    final NDArray shares =
        queries
            .reshape(grouped)
            .matMul(keys.transpose(0, 1, 3, 2))
            .reshape(at.strips(), shape.heads(), at.queries(), at.keys())
            .add(at.mask())
            .softmax(-1)
            .reshape(at.strips(), shape.kvHeads(), (long) group * at.queries(), at.keys());
    return shares
        .matMul(values)
        .reshape(at.strips(), shape.heads(), at.queries(), width)
        .transpose(0, 2, 1, 3)
        .reshape((long) at.strips() * at.queries(), shape.hidden());
  }

  private NDArray heads(final NDArray x, final int strips, final int positions, final int heads) {
    return x.reshape(strips, positions, heads, shape.headSize()).transpose(0, 2, 1, 3);
  }

  /** Gathers rows; the gradient adds up over all places that read one. */
  static NDArray rows(final NDArray x, final NDArray index) {
    return x.get(index);
  }
}
