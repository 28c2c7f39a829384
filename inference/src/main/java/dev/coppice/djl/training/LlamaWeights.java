package dev.coppice.djl.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Owns the weights of a decoder under training.
 *
 * <p>Matrices lie as [in, out], so that a forward pass needs no transpose; {@link
 * HuggingFaceExport} turns them round.
 *
 * @thread the trainer's thread only
 */
final class LlamaWeights implements AutoCloseable {
  private final LlamaShape shape;
  private final NDManager manager;
  private final NDArray embedding;
  private final NDArray finalNorm;
  private final List<Layer> layers = new ArrayList<>();
  private final List<NDArray> all = new ArrayList<>();

  /**
   * Holds the weights of one decoder layer.
   *
   * @shape q [d, d], k and v [d, kvWidth], o [d, d], gate and up [d, F], down [F, d], norms [d]
   */
  record Layer(
      NDArray inputNorm,
      NDArray q,
      NDArray k,
      NDArray v,
      NDArray o,
      NDArray postNorm,
      NDArray gate,
      NDArray up,
      NDArray down) {}

  /** Draws fresh weights from a seed. */
  LlamaWeights(LlamaShape shape, NDManager parent, long seed) {
    this.shape = shape;
    this.manager = parent.newSubManager();
    SplittableRandom random = new SplittableRandom(seed);
    int d = shape.hidden();
    int f = shape.feedForward();
    // Residual branches start small so that the depth does not add up to a large stream.
    double residual = 1.0 / Math.sqrt(2.0 * shape.layers());
    embedding = matrix(random, shape.vocabulary(), d, 0.05);
    for (int layer = 0; layer < shape.layers(); layer++) {
      double in = 0.6 / Math.sqrt(d);
      layers.add(
          new Layer(
              ones(d),
              matrix(random, d, d, in),
              matrix(random, d, shape.kvWidth(), in),
              matrix(random, d, shape.kvWidth(), in),
              matrix(random, d, d, in * residual),
              ones(d),
              matrix(random, d, f, in),
              matrix(random, d, f, in),
              matrix(random, f, d, residual * 0.6 / Math.sqrt(f))));
    }
    finalNorm = ones(d);
  }

  LlamaShape shape() {
    return shape;
  }

  NDArray embedding() {
    return embedding;
  }

  NDArray finalNorm() {
    return finalNorm;
  }

  List<Layer> layers() {
    return layers;
  }

  /** Returns every weight in a fixed order. */
  List<NDArray> all() {
    return all;
  }

  /** Overwrites every weight, for example with those of an earlier checkpoint. */
  void set(List<float[]> values) {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).set(values.get(i));
    }
  }

  @Override
  public void close() {
    manager.close();
  }

  private NDArray matrix(SplittableRandom random, int in, int out, double deviation) {
    float[] values = new float[in * out];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return register(manager.create(values, new Shape(in, out)));
  }

  private NDArray ones(int size) {
    return register(manager.ones(new Shape(size)));
  }

  private NDArray register(NDArray weight) {
    weight.setRequiresGradient(true);
    all.add(weight);
    return weight;
  }
}
