package dev.coppice.training.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.coppice.training.supervised.LlamaForward;
import dev.coppice.training.supervised.LlamaShape;
import dev.coppice.training.supervised.LlamaWeights;
import dev.coppice.training.supervised.RotaryTables;
import java.util.List;
import java.util.stream.IntStream;

/** Computes the loss the plain way: one row after the other, each with its whole prefix. */
final class FlatLoss {
  private final NDManager manager;
  private final LlamaWeights weights;
  private final LlamaShape shape;
  private final LlamaForward parts;
  private final RotaryTables rotary;

  private FlatLoss(final NDManager manager, final LlamaWeights weights) {
    this.manager = manager;
    this.weights = weights;
    this.shape = weights.shape();
    this.parts = new LlamaForward(shape);
    this.rotary = new RotaryTables(shape);
  }

  static NDArray of(
      final NDManager manager,
      final LlamaWeights weights,
      final List<PolicyTree> rows,
      final PolicySettings settings) {
    final FlatLoss flat = new FlatLoss(manager, weights);
    NDArray loss = manager.create(0f);
    for (final PolicyTree row : rows) {
      loss = loss.add(flat.row(row, settings));
    }
    return loss;
  }

  private NDArray row(final PolicyTree row, final PolicySettings settings) {
    final int n = row.tokenCount();
    final int[] tokens = new int[n];
    final float[][] columns = new float[4][n];
    int at = 0;
    for (final PolicyNode node : row.nodes()) {
      System.arraycopy(node.tokens(), 0, tokens, at, node.tokens().length);
      final float[][] from = {
        node.logprobs(),
        node.coefficients().positive(),
        node.coefficients().negative(),
        node.coefficients().weight()
      };
      for (int c = 0; c < from.length; c++) {
        System.arraycopy(from[c], 0, columns[c], at, from[c].length);
      }
      at += node.tokens().length;
    }
    final NDArray all = logits(tokens).logSoftmax(-1);
    final float[] next = new float[n * shape.vocabulary()];
    for (int i = 1; i < n; i++) {
      next[(i - 1) * shape.vocabulary() + tokens[i]] = 1f;
    }
    final NDArray chosen =
        all.mul(manager.create(next, new Shape(n, shape.vocabulary()))).sum(new int[] {-1});
    final NDArray ratio = chosen.sub(shifted(columns[0])).exp();
    final NDArray up = ratio.minimum(number(1 + settings.clip().high())).mul(shifted(columns[1]));
    final NDArray down = ratio.maximum(number(1 - settings.clip().low())).mul(shifted(columns[2]));
    final NDArray entropy =
        all.exp().mul(all).sum(new int[] {-1}).neg().mul(shifted(columns[3])).sum();
    return up.add(down).sum().neg().sub(entropy.mul(number(settings.terms().entropyBonus())));
  }

  private NDArray number(final double value) {
    return manager.create((float) value);
  }

  /** Moves what belongs to a token to the place that predicts it. */
  private NDArray shifted(final float[] values) {
    final float[] before = new float[values.length];
    System.arraycopy(values, 1, before, 0, values.length - 1);
    return manager.create(before);
  }

  private NDArray logits(final int[] tokens) {
    final int n = tokens.length;
    final float[] oneHot = new float[n * shape.vocabulary()];
    for (int i = 0; i < n; i++) {
      oneHot[i * shape.vocabulary() + tokens[i]] = 1f;
    }
    NDArray stream =
        manager.create(oneHot, new Shape(n, shape.vocabulary())).matMul(weights.embedding());
    for (final LlamaWeights.Layer layer : weights.layers()) {
      final NDArray read = parts.norm(stream, layer.inputNorm());
      stream = stream.add(attention(read, layer).matMul(layer.attention().o()));
      stream = stream.add(parts.feedForward(parts.norm(stream, layer.postNorm()), layer));
    }
    return parts.norm(stream, weights.finalNorm()).matMul(weights.embedding().transpose());
  }

  private NDArray attention(final NDArray x, final LlamaWeights.Layer layer) {
    final int n = (int) x.getShape().get(0);
    final int group = shape.heads() / shape.kvHeads();
    final NDArray q =
        rotated(x.matMul(layer.attention().q()), shape.heads()).mul(number(parts.queryScale()));
    final NDArray k = rotated(x.matMul(layer.attention().k()), shape.kvHeads()).repeat(0, group);
    final NDArray v =
        x.matMul(layer.attention().v())
            .reshape(n, shape.kvHeads(), shape.headSize())
            .transpose(1, 0, 2);
    final float[] mask = new float[n * n];
    for (int i = 0; i < n; i++) {
      java.util.Arrays.fill(mask, i * n + i + 1, (i + 1) * n, -1e9f);
    }
    return q.matMul(k.transpose(0, 2, 1))
        .add(manager.create(mask, new Shape(n, n)))
        .softmax(-1)
        .matMul(v.repeat(0, group))
        .transpose(1, 0, 2)
        .reshape(n, shape.hidden());
  }

  private NDArray rotated(final NDArray x, final int heads) {
    final int n = (int) x.getShape().get(0);
    final int[] positions = IntStream.range(0, n).toArray();
    final NDArray split = x.reshape(n, heads, shape.headSize());
    return split
        .mul(rotary.cosAt(manager, positions, 1))
        .add(split.matMul(rotary.rotation(manager)).mul(rotary.sinAt(manager, positions, 1)))
        .transpose(1, 0, 2);
  }
}
