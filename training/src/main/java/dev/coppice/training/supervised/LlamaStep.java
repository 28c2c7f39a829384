package dev.coppice.training.supervised;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Decodes one token for every row of a batch, with a cache of keys and values.
 *
 * <p>All rows stand at the same position: whoever samples feeds prompts and observations token by
 * token too. So there is no padding and no mask.
 *
 * @shape cache per layer [B, kvHeads, maxPositions, D]
 * @thread the sampler's thread only
 */
final class LlamaStep implements AutoCloseable {
  private final LlamaWeights weights;
  private final LlamaShape shape;
  private final LlamaForward forward;
  private final RotaryTables rotary;
  private final NDManager manager;
  private final List<NDArray> keys = new ArrayList<>();
  private final List<NDArray> values = new ArrayList<>();
  private final int rows;
  private int position;

  LlamaStep(
      final LlamaWeights weights, final NDManager parent, final int rows, final int maxPositions) {
    this.weights = weights;
    this.shape = weights.shape();
    this.forward = new LlamaForward(shape);
    this.rotary = forward.rotary();
    this.manager = parent.newSubManager();
    this.rows = rows;
    final Shape cache = new Shape(rows, shape.kvHeads(), maxPositions, shape.headSize());
    for (int layer = 0; layer < shape.layers(); layer++) {
      keys.add(manager.zeros(cache));
      values.add(manager.zeros(cache));
    }
  }

  /** Reads one token per row and returns the logits of the next. @shape return [B, V] */
  NDArray next(final NDManager step, final int[] tokens) {
    final float[] oneHot = new float[rows * shape.vocabulary()];
    for (int row = 0; row < rows; row++) {
      oneHot[row * shape.vocabulary() + tokens[row]] = 1f;
    }
    NDArray stream =
        step.create(oneHot, new Shape(rows, shape.vocabulary())).matMul(weights.embedding());
    final NDArray cos = rotary.cos(step, position, 1, 1);
    final NDArray sin = rotary.sin(step, position, 1, 1);
    final NDArray rotation = rotary.rotation(step);
    for (int layer = 0; layer < shape.layers(); layer++) {
      final LlamaWeights.Layer at = weights.layers().get(layer);
      final NDArray read = forward.norm(stream, at.inputNorm());
      final NDArray q =
          turn(heads(read.matMul(at.attention().q()), shape.heads()), cos, sin, rotation);
      final NDArray k =
          turn(heads(read.matMul(at.attention().k()), shape.kvHeads()), cos, sin, rotation);
      final NDArray v = heads(read.matMul(at.attention().v()), shape.kvHeads());
      stream = stream.add(attend(q, k, v, layer).matMul(at.attention().o()));
      stream = stream.add(forward.feedForward(forward.norm(stream, at.postNorm()), at));
    }
    position++;
    return forward.norm(stream, weights.finalNorm()).matMul(weights.embedding().transpose());
  }

  @Override
  public void close() {
    manager.close();
  }

  private NDArray attend(final NDArray q, final NDArray k, final NDArray v, final int layer) {
    final int group = shape.heads() / shape.kvHeads();
    final NDIndex here = new NDIndex(":, :, {}:{}", position, position + 1);
    final NDIndex past = new NDIndex(":, :, :{}", position + 1);
    keys.get(layer).set(here, k);
    values.get(layer).set(here, v);
    return q.mul((float) forward.queryScale())
        .reshape(rows, shape.kvHeads(), group, shape.headSize())
        .matMul(keys.get(layer).get(past).transpose(0, 1, 3, 2))
        .softmax(-1)
        .matMul(values.get(layer).get(past))
        .reshape(rows, shape.hidden());
  }

  private NDArray heads(final NDArray x, final int heads) {
    return x.reshape(rows, heads, 1, shape.headSize());
  }

  private static NDArray turn(
      final NDArray x, final NDArray cos, final NDArray sin, final NDArray rotation) {
    return x.mul(cos).add(x.matMul(rotation).mul(sin));
  }
}
