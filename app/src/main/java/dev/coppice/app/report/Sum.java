package dev.coppice.app.report;

/** Names what is summed over the groups of a task. */
enum Sum {
  GROUPS,
  TREES,
  LEAVES,
  COMPLETED,
  SCORED,
  MIXED_GROUPS,
  SOLVED_GROUPS,
  DISTINCT_L0,
  DISTINCT_L1,
  PREFILLED,
  CACHED,
  DECODED,
  DISCARDED,
  RECOMPUTED,
  TOOL_CALLS,
  BLOCK_NS,
  PROMPT_COMPUTED,
  CHAIN_TOKENS,
  TREE_VALUES,
  VALUED_TREES
}
