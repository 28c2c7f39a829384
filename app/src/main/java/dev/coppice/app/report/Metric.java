package dev.coppice.app.report;

import java.util.function.ToDoubleFunction;

/**
 * Names every figure of an arm, in the order of the report.
 *
 * @unit per 1k means per 1,000 computed tokens, the unit of every budget: prefilled, sampled and
 *     discarded.
 */
public enum Metric {
  /** Finished groups. */
  GROUPS("groups", arm -> arm.get(Sum.GROUPS)),
  /** Finished trees. */
  TREES("trees", arm -> arm.get(Sum.TREES)),
  /** Trajectories of all trees. */
  LEAVES("leaves", arm -> arm.get(Sum.LEAVES)),
  /** Trajectories the policy ended itself. */
  COMPLETED("completed", arm -> arm.get(Sum.COMPLETED)),
  /** {@code C = W + G + I}. */
  COMPUTED_TOKENS("computed_tokens", ArmTally::computed),
  /** {@code W}: prompts and observations computed, recomputed ones included. */
  PREFILL_TOKENS("prefill_tokens", arm -> arm.get(Sum.PREFILLED)),
  /** {@code H}: tokens of every model call's prompt found in the cache. */
  CACHED_TOKENS("cached_tokens", arm -> arm.get(Sum.CACHED)),
  /** {@code G}: tokens sampled. */
  DECODED_TOKENS("decoded_tokens", arm -> arm.get(Sum.DECODED)),
  /** {@code I}: tokens computed for nothing. */
  DISCARDED_TOKENS("discarded_tokens", arm -> arm.get(Sum.DISCARDED)),
  /** Part of the prefill that had been computed before and was lost by preemption. */
  RECOMPUTED_TOKENS("recomputed_tokens", arm -> arm.get(Sum.RECOMPUTED)),
  /** Tool calls executed. */
  TOOL_CALLS("tool_calls", arm -> arm.get(Sum.TOOL_CALLS)),
  /** Seconds of engine time. */
  WALL_SECONDS("wall_seconds", ArmTally::wallSeconds),
  /** Computed tokens per second. */
  TOKENS_PER_SECOND(
      "tokens_per_second", arm -> ArmTally.quotient(arm.computed(), arm.wallSeconds())),
  /** Trajectories per 1k. */
  LEAVES_PER_1K("leaves_per_1k", arm -> perThousand(arm, arm.get(Sum.LEAVES))),
  /** Completed trajectories distinct by sampled tokens, counted within each group. */
  DISTINCT_L0("distinct_l0", arm -> arm.get(Sum.DISTINCT_L0)),
  /** Completed trajectories distinct by calls and answer, counted within each group. */
  DISTINCT_L1("distinct_l1", arm -> arm.get(Sum.DISTINCT_L1)),
  /** The same per 1k, by sampled tokens. */
  DISTINCT_L0_PER_1K("distinct_l0_per_1k", arm -> perThousand(arm, arm.get(Sum.DISTINCT_L0))),
  /** The same per 1k, by calls and answer: the headline. */
  DISTINCT_L1_PER_1K("distinct_l1_per_1k", arm -> perThousand(arm, arm.get(Sum.DISTINCT_L1))),
  /** Effective sample size: {@code sum over groups of n / (1 + (m - 1) rho)}. */
  ESS("ess", ArmTally::effectiveLeaves),
  /** Effective sample size per 1k. */
  ESS_PER_1K("ess_per_1k", arm -> perThousand(arm, arm.effectiveLeaves())),
  /** Correlation of rewards within a trunk, as estimated; clipped to [0, 1] where it is used. */
  RHO("rho", ArmTally::rho),
  /** Share of groups whose rewards differ: only those carry a learning signal. */
  MIXED_OUTCOME_RATIO(
      "mixed_outcome_ratio",
      arm -> ArmTally.quotient(arm.get(Sum.MIXED_GROUPS), arm.get(Sum.GROUPS))),
  /** Share of groups with at least one reward of 1. */
  SOLVED_SHARE(
      "solved_share", arm -> ArmTally.quotient(arm.get(Sum.SOLVED_GROUPS), arm.get(Sum.GROUPS))),
  /** Mean over tasks of the path-weighted reward, unbiased under adaptive branching. */
  REWARD_MEAN("reward_mean", ArmTally::rewardMean),
  /** Tokens that chains would have computed over those computed, prompts aside. */
  SHARING_RATIO("sharing_ratio", ArmTally::sharing),
  /** The sharing that even branching would reach at the same segments. */
  CLOSED_FORM_BOUND("closed_form_bound", arm -> arm.total().closedFormBound()),
  /** What was achieved of it. */
  CLOSED_FORM_RATIO(
      "closed_form_ratio", arm -> ArmTally.quotient(arm.sharing(), arm.total().closedFormBound())),
  /** {@code H / P}: share of all model calls' prompt tokens found in the cache. */
  PREFIX_HIT_RATE(
      "prefix_hit_rate",
      arm -> ArmTally.quotient(arm.get(Sum.CACHED), arm.get(Sum.CACHED) + arm.get(Sum.PREFILLED))),
  /** {@code H / (P + G)}: share of all recorded tokens read from the cache. */
  CACHE_READ_SHARE(
      "cache_read_share",
      arm -> ArmTally.quotient(arm.get(Sum.CACHED), arm.get(Sum.CACHED) + arm.computed())),
  /** Blocks of keys and values held, times seconds. */
  KV_BLOCK_SECONDS("kv_block_seconds", arm -> arm.get(Sum.BLOCK_NS) / 1e9);

  private final String fieldName;
  private final ToDoubleFunction<ArmTally> formula;

  Metric(final String fieldName, final ToDoubleFunction<ArmTally> formula) {
    this.fieldName = fieldName;
    this.formula = formula;
  }

  /**
   * Returns the name of the figure in {@code report.json}.
   *
   * @return the name of the field.
   */
  public String fieldName() {
    return fieldName;
  }

  double of(final ArmTally arm) {
    return formula.applyAsDouble(arm);
  }

  private static double perThousand(final ArmTally arm, final double amount) {
    return ArmTally.quotient(1000 * amount, arm.computed());
  }
}
