package dev.coppice.training.supervised;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.coppice.decoder.files.WeightFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/**
 * Owns the weights of a decoder under training.
 *
 * <p>Matrices lie as [in, out], so that a forward pass needs no transpose; they are transposed round
 * on their way from and to a file.
 *
 * @thread the trainer's thread only
 */
public final class LlamaWeights implements AutoCloseable {
  private final LlamaShape shape;
  private final NDManager manager;
  private final NDArray embedding;
  private final NDArray finalNorm;
  private final List<Layer> layers = new ArrayList<>();
  private final Map<String, NDArray> named = new LinkedHashMap<>();

  /**
   * Holds the weights of one decoder layer.
   *
   * @param inputNorm before attention.
   * @param attention of the layer.
   * @param postNorm before the feed-forward layer.
   * @param feedForward of the layer.
   * @shape norms [d]
   */
  public record Layer(
      NDArray inputNorm, Attention attention, NDArray postNorm, FeedForward feedForward) {}

  /**
   * Holds the projections of attention.
   *
   * @param q of the queries.
   * @param k of the keys.
   * @param v of the values.
   * @param o of the result.
   * @shape q and o [d, d], k and v [d, kvWidth]
   */
  public record Attention(NDArray q, NDArray k, NDArray v, NDArray o) {}

  /**
   * Holds the projections of the gated feed-forward layer.
   *
   * @param gate before the activation.
   * @param up beside the gate.
   * @param down of their product.
   * @shape gate and up [d, F], down [F, d]
   */
  public record FeedForward(NDArray gate, NDArray up, NDArray down) {}

  /** Draws fresh weights from a seed. */
  LlamaWeights(final LlamaShape shape, final NDManager parent, final long seed) {
    this(shape, parent, new SplittableRandom(seed)::nextGaussian);
  }

  private LlamaWeights(
      final LlamaShape shape, final NDManager parent, final DoubleSupplier random) {
    this.shape = shape;
    this.manager = parent.newSubManager();
    final int d = shape.hidden();
    final int f = shape.feedForward();
    // Residual branches start small so that the depth does not add up to a large stream.
    final double residual = 1.0 / Math.sqrt(2.0 * shape.layers());
    embedding = matrix("model.embed_tokens", random, shape.vocabulary(), d, 0.05);
    for (int layer = 0; layer < shape.layers(); layer++) {
      final String at = "model.layers." + layer + ".";
      final double in = 0.6 / Math.sqrt(d);
      layers.add(
          new Layer(
              ones(at + "input_layernorm", d),
              new Attention(
                  matrix(at + "self_attn.q_proj", random, d, d, in),
                  matrix(at + "self_attn.k_proj", random, d, shape.kvWidth(), in),
                  matrix(at + "self_attn.v_proj", random, d, shape.kvWidth(), in),
                  matrix(at + "self_attn.o_proj", random, d, d, in * residual)),
              ones(at + "post_attention_layernorm", d),
              new FeedForward(
                  matrix(at + "mlp.gate_proj", random, d, f, in),
                  matrix(at + "mlp.up_proj", random, d, f, in),
                  matrix(at + "mlp.down_proj", random, f, d, residual * 0.6 / Math.sqrt(f)))));
    }
    finalNorm = ones("model.norm", d);
  }

  /**
   * Returns the sizes of the decoder.
   *
   * @return its shape.
   */
  public LlamaShape shape() {
    return shape;
  }

  /**
   * Returns the tied embedding.
   *
   * @return a matrix [V, d].
   */
  public NDArray embedding() {
    return embedding;
  }

  /**
   * Returns the weight of the last norm.
   *
   * @return a vector [d].
   */
  public NDArray finalNorm() {
    return finalNorm;
  }

  /**
   * Returns the layers from the first to the last.
   *
   * @return L layers.
   */
  public List<Layer> layers() {
    return layers;
  }

  /**
   * Returns every weight in a fixed order.
   *
   * @return the arrays themselves.
   */
  public List<NDArray> all() {
    return List.copyOf(named.values());
  }

  /** Copies every weight out, with matrices as Hugging Face has them: [out, in]. */
  List<TrainedPolicy.Tensor> copyOut() {
    final List<TrainedPolicy.Tensor> tensors = new ArrayList<>();
    for (final Map.Entry<String, NDArray> entry : named.entrySet()) {
      final NDArray weight = entry.getValue();
      long[] size = weight.getShape().getShape();
      float[] values = weight.toFloatArray();
      if (isTransposed(weight)) {
        values = transpose(values, (int) size[0], (int) size[1]);
        size = new long[] {size[1], size[0]};
      }
      tensors.add(new TrainedPolicy.Tensor(entry.getKey(), size, values));
    }
    return tensors;
  }

  /**
   * Reads the weights of a Hugging Face folder, or of a GGUF file.
   *
   * @param folder of the decoder, or its file.
   * @param parent that owns the weights in the end.
   * @return the weights, which the caller closes.
   * @throws dev.coppice.chat.files.ModelFileException naming what is missing or does not fit.
   */
  public static LlamaWeights read(final Path folder, final NDManager parent) {
    final LlamaWeights weights = new LlamaWeights(LlamaShape.read(folder), parent, () -> 0);
    try (WeightFiles files = WeightFiles.open(folder)) {
      weights.copyIn(files);
      return weights;
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  /**
   * Lends the weights to samplers and exporters.
   *
   * @return a view that follows every update.
   */
  public TrainedPolicy policy() {
    return new TrainedPolicy(this);
  }

  /** Overwrites every weight by that of a Hugging Face folder. */
  void copyIn(final WeightFiles files) {
    for (final Map.Entry<String, NDArray> entry : named.entrySet()) {
      final NDArray weight = entry.getValue();
      final long[] size = weight.getShape().getShape();
      weight.set(
          isTransposed(weight)
              ? transpose(
                  files.floats(entry.getKey(), size[1], size[0]), (int) size[1], (int) size[0])
              : files.floats(entry.getKey(), size));
    }
  }

  @Override
  public void close() {
    manager.close();
  }

  /** Returns whether a weight is kept transposed, unlike in the file: all matrices but one. */
  private boolean isTransposed(final NDArray weight) {
    return weight != embedding && weight.getShape().dimension() == 2;
  }

  private static float[] transpose(final float[] values, final int rows, final int columns) {
    final float[] transposed = new float[values.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        transposed[column * rows + row] = values[row * columns + column];
      }
    }
    return transposed;
  }

  private NDArray matrix(
      final String name,
      final DoubleSupplier random,
      final int in,
      final int out,
      final double deviation) {
    final float[] values = new float[in * out];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.getAsDouble());
    }
    return register(name, manager.create(values, new Shape(in, out)));
  }

  private NDArray ones(final String name, final int size) {
    return register(name, manager.ones(new Shape(size)));
  }

  private NDArray register(final String name, final NDArray weight) {
    weight.setRequiresGradient(true);
    named.put(name + ".weight", weight);
    return weight;
  }
}
