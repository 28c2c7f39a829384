package dev.coppice.djl.training;

/**
 * Reports how a run is going.
 *
 * @param step of the last update, counted from 1.
 * @param loss mean over the loss weights since the last report, in nats per token.
 * @param gradientNorm before clipping, of the last update.
 * @param learningRate of the last update.
 * @param tokens trained on so far, without padding.
 * @param elapsedNs since the run began.
 * @thread immutable, any thread
 */
public record TrainingProgress(
    int step, double loss, double gradientNorm, double learningRate, long tokens, long elapsedNs) {

  /**
   * Computes the mean speed of the run.
   *
   * @return tokens per second, without padding.
   */
  public double tokensPerSecond() {
    return tokens * 1e9 / Math.max(1, elapsedNs);
  }
}
