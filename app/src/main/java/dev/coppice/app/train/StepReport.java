package dev.coppice.app.train;

import dev.coppice.djl.reinforce.UpdateReport;

/**
 * Tells how one update went.
 *
 * @param step counted from 1.
 * @param figures of its rollouts.
 * @param update what the trainer saw.
 * @param cost of the step.
 */
public record StepReport(int step, Figures figures, UpdateReport update, Cost cost) {

  /**
   * Sums up a batch of groups.
   *
   * @param reward path-weighted mean over groups.
   * @param mixed share of groups whose leaves differ in reward.
   * @param groups in the batch.
   * @param leaves scored.
   */
  public record Figures(double reward, double mixed, int groups, int leaves) {}

  /**
   * Holds what a step cost.
   *
   * @param computedTokens of the rollouts.
   * @param rowTokens the flat form would have trained.
   * @param rolloutNs of the rollouts.
   * @param trainNs of credit, packing and the update.
   * @param swapNs of writing and swapping weights.
   */
  public record Cost(
      long computedTokens, long rowTokens, long rolloutNs, long trainNs, long swapNs) {
    /**
     * Returns the whole time of the step.
     *
     * @return seconds.
     */
    public double seconds() {
      return (rolloutNs + trainNs + swapNs) / 1e9;
    }
  }
}
