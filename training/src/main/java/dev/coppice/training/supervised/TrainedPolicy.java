package dev.coppice.training.supervised;

import ai.djl.ndarray.NDManager;
import dev.coppice.decoder.files.SafetensorsWriter;
import dev.coppice.decoder.files.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Lends the weights of a decoder to samplers and exporters.
 *
 * <p>They belong to the trainer that made them, or to this object if it read them from a folder.
 *
 * @thread the thread that made it
 */
public final class TrainedPolicy implements AutoCloseable {
  private final LlamaWeights weights;
  private final NDManager owned;

  /** Lends the weights of a trainer. */
  TrainedPolicy(final LlamaWeights weights) {
    this(weights, null);
  }

  private TrainedPolicy(final LlamaWeights weights, final NDManager owned) {
    this.weights = weights;
    this.owned = owned;
  }

  /**
   * Represents one weight under its Hugging Face name.
   *
   * @param name in the weight file.
   * @param shape of the tensor; a matrix is [out, in].
   * @param values in row-major order.
   */
  public record Tensor(String name, long[] shape, float[] values) {}

  /**
   * Reads a policy from a Hugging Face folder.
   *
   * @param folder with a decoder as {@link HuggingFaceExport} writes it.
   * @return the policy, which the caller closes.
   * @throws dev.coppice.chat.files.ModelFileException naming what is missing or does not fit.
   */
  public static TrainedPolicy open(final Path folder) {
    final NDManager manager = NDManager.newBaseManager();
    try {
      return new TrainedPolicy(LlamaWeights.read(folder, manager), manager);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /**
   * Returns the sizes of the decoder.
   *
   * @return its shape.
   */
  public LlamaShape shape() {
    return weights.shape();
  }

  /**
   * Copies the weights out, under the names and in the layout of Hugging Face.
   *
   * @return every tensor once; a tied {@code lm_head} is left out.
   */
  public List<Tensor> tensors() {
    return weights.copyOut();
  }

  /**
   * Writes the weights in f32 into a folder, in place of those that may be there; whoever reads the
   * folder meanwhile sees the old weights or the new ones, never half of them.
   *
   * @param folder that is there.
   * @throws IOException if they cannot be written.
   */
  public void write(final Path folder) throws IOException {
    final SafetensorsWriter file = new SafetensorsWriter();
    for (final Tensor tensor : tensors()) {
      file.add(tensor.name(), TensorType.F32, tensor.values(), tensor.shape());
    }
    file.replace(folder.resolve("model.safetensors"));
  }

  LlamaWeights weights() {
    return weights;
  }

  /** Frees weights that were read from a folder; a trainer's stay with the trainer. */
  @Override
  public void close() {
    if (owned != null) {
      owned.close();
    }
  }
}
