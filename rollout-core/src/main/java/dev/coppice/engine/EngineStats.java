package dev.coppice.engine;

import org.HdrHistogram.Histogram;

/**
 * Reports what an engine did; taken after {@link RolloutEngine#awaitIdle} or at the end.
 *
 * @unit nanoseconds, tokens, counts.
 * @param wallNs from the first offer to the last group.
 * @param forwardNs spent in the backend's forward passes and block copies.
 * @param sampleNs spent drawing tokens.
 * @param idleNs spent with nothing to do but wait for tools or offers.
 * @param forwardPasses run.
 * @param batchRowsSum of the rows of all passes.
 * @param prefilledTokens of all trees.
 * @param decodedTokens of all trees.
 * @param discardedTokens of all trees.
 * @param cachedTokens of all trees.
 * @param queriedTokens looked up in the prefix cache.
 * @param forks made.
 * @param blocksCopied because of a fork in the middle of a block.
 * @param preemptions of running sequences.
 * @param evictedBlocks cached blocks given up for room.
 * @param recomputedTokens computed again after a preemption or a change of weights.
 * @param weightSwaps changes of weights.
 * @param blockNs the pool's integral of live blocks over time.
 */
public record EngineStats(
    long wallNs,
    long forwardNs,
    long sampleNs,
    long idleNs,
    long forwardPasses,
    long batchRowsSum,
    long prefilledTokens,
    long decodedTokens,
    long discardedTokens,
    long cachedTokens,
    long queriedTokens,
    long forks,
    long blocksCopied,
    long preemptions,
    long evictedBlocks,
    long recomputedTokens,
    long weightSwaps,
    long blockNs) {
  /**
   * Returns the time that was neither model, sampling, tool nor waiting.
   *
   * @return the engine's own time in nanoseconds.
   */
  public long overheadNs() {
    return Math.max(0, wallNs - forwardNs - sampleNs - idleNs);
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
