package dev.coppice.core;

/**
 * Counts what the core did; public fields, written by the engine thread alone.
 *
 * @unit tokens, calls, groups.
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

  /** Changes of weights. */
  public long weightSwaps;

  /** Tokens prefilled or sampled for nothing: work that failed, came too late or went too far. */
  public long discarded;

  /** Tokens that a server computed beyond what was reserved, when no budget was left for them. */
  public long overrun;

  /** Sampled tokens that were taken back because they ran past the end of a call. */
  public long takenBack;

  /** Answers that came when nobody waited for them any more. */
  public long lateAnswers;

  /** Groups that an earlier process finished. */
  public long groupsRestored;

  CoreCounters() {}
}
