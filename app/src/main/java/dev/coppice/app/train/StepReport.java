package dev.coppice.app.train;

import dev.coppice.app.lambda.TurnWeighing;
import dev.coppice.training.policy.UpdateReport;
import java.time.Duration;

/**
 * Tells how one update went.
 *
 * @param step counted from 1.
 * @param figures of its rollouts.
 * @param update what the trainer saw.
 * @param cost of the step.
 * @param turns how they were weighed.
 */
public record StepReport(
    int step, Figures figures, UpdateReport update, Cost cost, TurnWeighing.Use turns) {

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
   * @param cpuNs of processor time of this process, which other processes do not lengthen.
   */
  public record Cost(
      long computedTokens, long rowTokens, long rolloutNs, long trainNs, long swapNs, long cpuNs) {
    /**
     * Reads the clock of {@code cpuNs}.
     *
     * @return processor time of this process so far, in nanoseconds.
     */
    static long processorNs() {
      return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    }

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
