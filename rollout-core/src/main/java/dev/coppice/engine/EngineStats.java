package dev.coppice.engine;

import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Reports what an engine did; taken after {@link RolloutEngine#awaitIdle} or at the end.
 *
 * @unit nanoseconds, tokens, counts.
 * @param wallNs from the first offer to the last group.
 * @param idleNs spent with nothing to do but wait for tools or offers.
 * @param passes of the model.
 * @param tokens of all trees.
 * @param forks made.
 * @param weightSwaps changes of weights.
 * @param runner what the model's runner counted, by name.
 */
public record EngineStats(
    long wallNs,
    long idleNs,
    Passes passes,
    Tokens tokens,
    long forks,
    long weightSwaps,
    Map<String, Long> runner) {
  /** Stands for an engine that has done nothing. */
  static final EngineStats NOTHING =
      new EngineStats(0, 0, new Passes(0, 0, 0, 0), new Tokens(0, 0, 0, 0, 0, 0), 0, 0, Map.of());

  /**
   * Counts rounds of computing.
   *
   * @param computeNs spent in the model.
   * @param drawNs spent drawing tokens.
   * @param count of rounds.
   * @param rows of all rounds.
   */
  public record Passes(long computeNs, long drawNs, long count, long rows) {}

  /**
   * Counts tokens, as the ledgers of the trees do.
   *
   * @param prefilled for prompts and observations.
   * @param decoded tokens.
   * @param discarded that were prefilled or sampled for nothing.
   * @param cached and not computed.
   * @param recomputed part of those prefilled.
   * @param overrun part of all that went beyond the budget: servers may compute more than was reserved.
   */
  public record Tokens(
      long prefilled, long decoded, long discarded, long cached, long recomputed, long overrun) {}

  /**
   * Returns the time that was neither model, sampling, tool nor waiting.
   *
   * @return the engine's own time in nanoseconds.
   */
  public long overheadNs() {
    return Math.max(0, wallNs - passes.computeNs() - passes.drawNs() - idleNs);
  }

  /**
   * Returns what the runner counted under a name.
   *
   * @param name of the counter.
   * @return the count; 0 where the runner does not count it.
   */
  public long runner(final String name) {
    return runner.getOrDefault(name, 0L);
  }

  /**
   * Holds the latency histograms, in nanoseconds.
   *
   * @param schedulingDelay from ready to computed.
   * @param toolLatency of each call.
   * @param stepTime of each forward pass.
   */
  public record Latencies(Histogram schedulingDelay, Histogram toolLatency, Histogram stepTime) {}
}
