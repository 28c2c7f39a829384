package dev.coppice.training.supervised;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;

/**
 * Runs a whole batch through a Llama-style decoder in operations that can be differentiated.
 *
 * <p>RMSNorm before attention and feed-forward, rotary positions in Hugging Face's half-rotation,
 * grouped-query attention, SwiGLU, logits from the tied embedding.
 *
 * <p>Every product has the activation first: a result belongs to the manager of its first operand,
 * and a product that began with a weight would outlive its step.
 *
 * @thread the trainer's thread only
 */
public final class LlamaForward {
  private static final float MASKED = -1e9f;

  private final LlamaShape shape;
  private final RotaryTables rotary;

  /**
   * Prepares passes through decoders of one shape.
   *
   * @param shape of the decoders.
   */
  public LlamaForward(final LlamaShape shape) {
    this.shape = shape;
    this.rotary = new RotaryTables(shape);
  }

  /**
   * Computes the logits of every position.
   *
   * @param manager that owns the constants of this pass.
   * @param weights to run with.
   * @param batch to read.
   * @return logits.
   * @shape return [B*T, V]
   */
  NDArray logits(final NDManager manager, final LlamaWeights weights, final SequenceBatch batch) {
    final int positions = batch.positions();
    final Positions at =
        new Positions(
            rotary.cos(manager, 0, positions, queryScale()),
            rotary.sin(manager, 0, positions, queryScale()),
            rotary.cos(manager, 0, positions, 1),
            rotary.sin(manager, 0, positions, 1),
            rotary.rotation(manager),
            causalMask(manager, positions));
    NDArray stream = batch.inputs().matMul(weights.embedding());
    for (final LlamaWeights.Layer layer : weights.layers()) {
      final NDArray read = norm(stream, layer.inputNorm());
      stream = stream.add(attention(read, layer, batch, at).matMul(layer.attention().o()));
      stream = stream.add(feedForward(norm(stream, layer.postNorm()), layer));
    }
    return norm(stream, weights.finalNorm()).matMul(weights.embedding().transpose());
  }

  /** Constants of one pass: rotary tables (those for queries carry 1/sqrt(D)) and the mask. */
  private record Positions(
      NDArray queryCos,
      NDArray querySin,
      NDArray keyCos,
      NDArray keySin,
      NDArray rotation,
      NDArray mask) {}

  /**
   * Returns the constants of the positions.
   *
   * @return the tables of the shape.
   */
  public RotaryTables rotary() {
    return rotary;
  }

  /**
   * Scales by the root mean square: {@code x / sqrt(mean(x^2) + eps) * weight}.
   *
   * @param x to scale, row by row.
   * @param weight of each column.
   * @return an array of the shape of {@code x}.
   */
  public NDArray norm(final NDArray x, final NDArray weight) {
    final NDArray meanSquare = x.square().mean(new int[] {-1}, true);
    return x.div(meanSquare.add(shape.rmsNormEps()).sqrt()).mul(weight);
  }

  /**
   * Computes {@code (silu(x gate) * (x up)) down}.
   *
   * @param x normed rows.
   * @param layer whose weights are used.
   * @return an array of the shape of {@code x}.
   */
  public NDArray feedForward(final NDArray x, final LlamaWeights.Layer layer) {
    final NDArray gate = x.matMul(layer.feedForward().gate());
    return gate.mul(Activation.sigmoid(gate))
        .mul(x.matMul(layer.feedForward().up()))
        .matMul(layer.feedForward().down());
  }

  /**
   * Returns the factor of every query.
   *
   * @return {@code 1 / sqrt(D)}.
   */
  public double queryScale() {
    return 1.0 / Math.sqrt(shape.headSize());
  }

  private NDArray attention(
      final NDArray x,
      final LlamaWeights.Layer layer,
      final SequenceBatch batch,
      final Positions at) {
    final int rows = batch.rows();
    final int positions = batch.positions();
    final int group = shape.heads() / shape.kvHeads();
    NDArray q = heads(x.matMul(layer.attention().q()), rows, positions, shape.heads());
    NDArray k = heads(x.matMul(layer.attention().k()), rows, positions, shape.kvHeads());
    final NDArray v = heads(x.matMul(layer.attention().v()), rows, positions, shape.kvHeads());
    q = q.mul(at.queryCos()).add(q.matMul(at.rotation()).mul(at.querySin()));
    k = k.mul(at.keyCos()).add(k.matMul(at.rotation()).mul(at.keySin()));
    // The query heads that share a key head are laid end to end: one product serves them all.
    final Shape grouped =
        new Shape(rows, shape.kvHeads(), (long) group * positions, shape.headSize());
    final NDArray scores = q.reshape(grouped).matMul(k.transpose(0, 1, 3, 2));
    final NDArray shares =
        scores
            .reshape(rows, shape.heads(), positions, positions)
            .add(at.mask())
            .softmax(-1)
            .reshape(rows, shape.kvHeads(), (long) group * positions, positions);
    return shares
        .matMul(v)
        .reshape(rows, shape.heads(), positions, shape.headSize())
        .transpose(0, 2, 1, 3)
        .reshape((long) rows * positions, shape.hidden());
  }

  private NDArray heads(final NDArray x, final int rows, final int positions, final int heads) {
    return x.reshape(rows, positions, heads, shape.headSize()).transpose(0, 2, 1, 3);
  }

  private static NDArray causalMask(final NDManager manager, final int positions) {
    final float[] mask = new float[positions * positions];
    for (int row = 0; row < positions; row++) {
      for (int column = row + 1; column < positions; column++) {
        mask[row * positions + column] = MASKED;
      }
    }
    return manager.create(mask, new Shape(positions, positions));
  }
}
