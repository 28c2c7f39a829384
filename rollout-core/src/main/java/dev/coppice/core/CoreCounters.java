package dev.coppice.core;

/**
 * Counts what the core did; public fields, written by the engine thread alone.
 *
 * @unit tokens, calls, blocks times nanoseconds.
 */
public final class CoreCounters {
  /** Groups started and not yet delivered. */
  public long groupsOpen;

  /** Groups offered in all. */
  public long groupsOffered;

  /** Groups delivered. */
  public long groupsDelivered;

  /** Tokens computed for prompts and observations. */
  public long prefilled;

  /** Tokens sampled. */
  public long decoded;

  /** Prompt tokens of model calls found in the cache. */
  public long cached;

  /** Tokens computed again after a preemption or a change of weights. */
  public long recomputed;

  /** Tool calls that came back. */
  public long calls;

  /** Branches born at forks. */
  public long forks;

  /** Blocks copied because a fork fell into their middle. */
  public long blocksCopied;

  /** Leases taken away from branches. */
  public long preemptions;

  /** Cached blocks given up for room. */
  public long evictedBlocks;

  /** Changes of weights. */
  public long weightSwaps;

  /** Blocks live, integrated over time. */
  public long blockNs;

  CoreCounters() {}
}
