package dev.coppice.djl.training;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * Lends the weights of a trainer to samplers and exporters.
 *
 * @thread the trainer's thread only
 */
public final class TrainedPolicy {
  private final LlamaWeights weights;

  TrainedPolicy(LlamaWeights weights) {
    this.weights = weights;
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
    List<Tensor> tensors = new ArrayList<>();
    tensors.add(asItIs("model.embed_tokens.weight", weights.embedding()));
    for (int i = 0; i < weights.layers().size(); i++) {
      LlamaWeights.Layer layer = weights.layers().get(i);
      String at = "model.layers." + i + ".";
      tensors.add(asItIs(at + "input_layernorm.weight", layer.inputNorm()));
      tensors.add(turned(at + "self_attn.q_proj.weight", layer.q()));
      tensors.add(turned(at + "self_attn.k_proj.weight", layer.k()));
      tensors.add(turned(at + "self_attn.v_proj.weight", layer.v()));
      tensors.add(turned(at + "self_attn.o_proj.weight", layer.o()));
      tensors.add(asItIs(at + "post_attention_layernorm.weight", layer.postNorm()));
      tensors.add(turned(at + "mlp.gate_proj.weight", layer.gate()));
      tensors.add(turned(at + "mlp.up_proj.weight", layer.up()));
      tensors.add(turned(at + "mlp.down_proj.weight", layer.down()));
    }
    tensors.add(asItIs("model.norm.weight", weights.finalNorm()));
    return tensors;
  }

  LlamaWeights weights() {
    return weights;
  }

  private static Tensor asItIs(String name, NDArray weight) {
    return new Tensor(name, weight.getShape().getShape(), weight.toFloatArray());
  }

  /** Copies a matrix that lies as [in, out] the way Hugging Face has it, [out, in]. */
  private static Tensor turned(String name, NDArray matrix) {
    int in = (int) matrix.getShape().get(0);
    int out = (int) matrix.getShape().get(1);
    float[] values = matrix.toFloatArray();
    float[] turned = new float[values.length];
    for (int row = 0; row < in; row++) {
      for (int column = 0; column < out; column++) {
        turned[column * in + row] = values[row * out + column];
      }
    }
    return new Tensor(name, new long[] {out, in}, turned);
  }
}
