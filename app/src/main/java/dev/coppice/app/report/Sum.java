package dev.coppice.app.report;

/** Names what is summed over the groups of a task, whatever the figures. */
public enum Sum {
  /** Finished groups. */
  GROUPS,
  /** Finished trees. */
  TREES,
  /** Trees of several draws that one number divided. */
  DIVIDED_TREES,
  /** Trees whose forks were chosen on finished paths, which biases their path weights. */
  BIASED_TREES,
  /** Draws of the roots: the independent trunks that trees stand for. */
  TRUNKS,
  /** Trajectories, a coalesced one once. */
  LEAVES,
  /** Samples the trajectories stand for. */
  DRAWS,
  /** Samples the policy ended itself. */
  COMPLETED,
  /** Samples with a reward. */
  SCORED,
  /** Groups whose rewards differ. */
  MIXED_GROUPS,
  /** Squared distances of rewards from their group's mean: {@code k (n - k) / n}. */
  MASS,
  /** Groups with a reward of at least 1. */
  SOLVED_GROUPS,
  /** Completed trajectories that differ in tokens. */
  DISTINCT_L0,
  /** Completed trajectories that differ in calls or answer. */
  DISTINCT_L1,
  /** Tokens of prompts and observations computed. */
  PREFILLED,
  /** Tokens found in the cache. */
  CACHED,
  /** Tokens sampled. */
  DECODED,
  /** Tokens computed for nothing. */
  DISCARDED,
  /** Tokens computed again. */
  RECOMPUTED,
  /** Tool calls executed. */
  TOOL_CALLS,
  /** Blocks held, times nanoseconds. */
  BLOCK_NS,
  /** Tokens of task prompts computed. */
  PROMPT_COMPUTED,
  /** Tokens that chains would have computed. */
  CHAIN_TOKENS,
  /** Path-weighted rewards of groups, a tree as often as its root was drawn. */
  GROUP_VALUES,
  /** Groups with a reward. */
  VALUED_GROUPS
}
