package dev.coppice.djl.training;

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
   * Counts the parameters.
   *
   * @return the number of f32 values.
   */
  public long parameters() {
    return weights.shape().parameters();
  }

  LlamaWeights weights() {
    return weights;
  }
}
