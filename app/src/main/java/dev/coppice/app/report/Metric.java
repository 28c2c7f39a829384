package dev.coppice.app.report;

import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOptions;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Names the figures that are always there, in the order of the report.
 *
 * @unit per 1k means per 1,000 computed tokens, the unit of every budget: prefilled, sampled and
 *     discarded.
 */
public enum Metric implements Figure {
  /** Tasks with a finished group. */
  TASKS("tasks", "Tasks with a finished group.", ArmTally::tasks),
  /** Finished groups. */
  GROUPS("groups", "Finished groups.", arm -> arm.get(Sum.GROUPS)),
  /** Finished trees. */
  TREES("trees", "Finished trees.", arm -> arm.get(Sum.TREES)),
  /** Draws of the roots: the independent trunks that trees stand for. */
  TRUNKS(
      "trunks",
      "Draws of the roots: the independent trunks that trees stand for.",
      arm -> arm.get(Sum.TRUNKS)),
  /** Trajectories of all trees, a coalesced one once. */
  LEAVES("leaves", "Trajectories of all trees, a coalesced one once.", arm -> arm.get(Sum.LEAVES)),
  /** Samples of all trees; one trajectory stands for those that are equal. */
  DRAWS(
      "draws",
      "Samples of all trees; one trajectory stands for those that are equal.",
      arm -> arm.get(Sum.DRAWS)),
  /** Samples the policy ended itself. */
  COMPLETED("completed", "Samples the policy ended itself.", arm -> arm.get(Sum.COMPLETED)),
  /** {@code C = W + G + I}. */
  COMPUTED_TOKENS("computed_tokens", "C = W + G + I.", ArmTally::computed),
  /** Computed tokens per finished group; distinct and mixed compare at equal ones alone. */
  TOKENS_PER_GROUP(
      "tokens_per_group",
      "Computed tokens per finished group; distinct and mixed compare at equal ones alone.",
      arm -> ArmTally.quotient(arm.computed(), arm.get(Sum.GROUPS))),
  /** {@code W}: prompts and observations computed, recomputed ones included. */
  PREFILL_TOKENS(
      "prefill_tokens",
      "W: prompts and observations computed, recomputed ones included.",
      arm -> arm.get(Sum.PREFILLED)),
  /** {@code H}: tokens of every model call's prompt found in the cache. */
  CACHED_TOKENS(
      "cached_tokens",
      "H: tokens of every model call's prompt found in the cache.",
      arm -> arm.get(Sum.CACHED)),
  /** {@code G}: tokens sampled. */
  DECODED_TOKENS("decoded_tokens", "G: tokens sampled.", arm -> arm.get(Sum.DECODED)),
  /** {@code I}: tokens computed for nothing. */
  DISCARDED_TOKENS(
      "discarded_tokens", "I: tokens computed for nothing.", arm -> arm.get(Sum.DISCARDED)),
  /** Part of the prefill that had been computed before and was lost by preemption. */
  RECOMPUTED_TOKENS(
      "recomputed_tokens",
      "Part of the prefill that had been computed before and was lost by preemption.",
      arm -> arm.get(Sum.RECOMPUTED)),
  /** Tool calls executed. */
  TOOL_CALLS("tool_calls", "Tool calls executed.", arm -> arm.get(Sum.TOOL_CALLS)),
  /** Seconds of engine time. */
  WALL_SECONDS("wall_seconds", "Seconds of engine time.", ArmTally::wallSeconds),
  /** Computed tokens per second. */
  TOKENS_PER_SECOND(
      "tokens_per_second",
      "Computed tokens over the seconds of this arm; arms run one after another, each on whatever"
          + " the machine had to give then.",
      arm -> ArmTally.quotient(arm.computed(), arm.wallSeconds())),
  /** Trajectories per 1k. */
  LEAVES_PER_1K(
      "leaves_per_1k", "Trajectories per 1k.", arm -> perThousand(arm, arm.get(Sum.LEAVES))),
  /** Completed trajectories distinct by sampled tokens, counted within each group. */
  DISTINCT_L0(
      "distinct_l0",
      "Completed trajectories distinct by sampled tokens, counted within each group.",
      arm -> arm.get(Sum.DISTINCT_L0)),
  /** Completed trajectories distinct by calls and answer, counted within each group. */
  DISTINCT_L1(
      "distinct_l1",
      "Completed trajectories distinct by calls and answer, counted within each group.",
      arm -> arm.get(Sum.DISTINCT_L1)),
  /** The same per 1k, by sampled tokens. */
  DISTINCT_L0_PER_1K(
      "distinct_l0_per_1k",
      "The same per 1k, by sampled tokens.",
      arm -> perThousand(arm, arm.get(Sum.DISTINCT_L0))),
  /** The same per 1k, by calls and answer: the headline. */
  DISTINCT_L1_PER_1K(
      "distinct_l1_per_1k",
      "The same per 1k, by calls and answer: the headline.",
      arm -> perThousand(arm, arm.get(Sum.DISTINCT_L1))),
  /** Effective sample size of the path-weighted mean: {@code n sum Var r / sum Var X}. */
  ESS(
      "ess",
      "Effective sample size of the path-weighted mean: n sum Var r / sum Var X.",
      ArmTally::effectiveSize),
  /** Effective sample size per 1k. */
  ESS_PER_1K(
      "ess_per_1k", "Effective sample size per 1k.", arm -> perThousand(arm, arm.effectiveSize())),
  /** Correlation of rewards within a trunk, as estimated; 0 where nothing forked. */
  RHO(
      "rho",
      "Correlation of rewards within a trunk, as estimated; 0 where nothing forked.",
      ArmTally::rho),
  /** Share of groups whose rewards differ: only those carry a learning signal. */
  MIXED_OUTCOME_RATIO(
      "mixed_outcome_ratio",
      "Share of groups whose rewards differ: only those carry a learning signal.",
      arm -> ArmTally.quotient(arm.get(Sum.MIXED_GROUPS), arm.get(Sum.GROUPS))),
  /** Contrast of rewards within groups per 1k: {@code sum of k (n - k) / n}. */
  MASS_PER_1K(
      "mass_per_1k",
      "Contrast of rewards within groups per 1k: sum of k (n - k) / n for k solved of n draws.",
      arm -> perThousand(arm, arm.get(Sum.MASS))),
  /** Share of groups with at least one reward of 1. */
  SOLVED_SHARE(
      "solved_share",
      "Share of groups with at least one reward of 1.",
      arm -> ArmTally.quotient(arm.get(Sum.SOLVED_GROUPS), arm.get(Sum.GROUPS))),
  /** Mean over tasks of the path-weighted reward, unbiased under adaptive branching. */
  REWARD_MEAN(
      "reward_mean",
      "Mean over tasks of the path-weighted reward, unbiased under adaptive branching.",
      ArmTally::rewardMean),
  /** Tokens that chains would have computed over those computed, prompts aside. */
  SHARING_RATIO(
      "sharing_ratio",
      "Tokens that chains would have computed over those computed, prompts aside.",
      ArmTally::sharing),
  /** The sharing that even branching would reach at the same segments. */
  CLOSED_FORM_BOUND(
      "closed_form_bound",
      "The sharing that even branching would reach at the same segments.",
      arm -> arm.total().closedFormBound()),
  /** What was achieved of it. */
  CLOSED_FORM_RATIO(
      "closed_form_ratio",
      "What was achieved of it.",
      arm -> ArmTally.quotient(arm.sharing(), arm.total().closedFormBound())),
  /** {@code H / P}: share of all model calls' prompt tokens found in the cache. */
  PREFIX_HIT_RATE(
      "prefix_hit_rate",
      "H / P: share of all model calls' prompt tokens found in the cache.",
      arm -> ArmTally.quotient(arm.get(Sum.CACHED), arm.get(Sum.CACHED) + arm.get(Sum.PREFILLED))),
  /** {@code H / (P + G)}: share of all recorded tokens read from the cache. */
  CACHE_READ_SHARE(
      "cache_read_share",
      "H / (P + G): share of all recorded tokens read from the cache.",
      arm -> ArmTally.quotient(arm.get(Sum.CACHED), arm.get(Sum.CACHED) + arm.computed())),
  /** Blocks of keys and values held, times seconds. */
  KV_BLOCK_SECONDS(
      "kv_block_seconds",
      "Blocks of keys and values held, times seconds.",
      arm -> arm.get(Sum.BLOCK_NS) / 1e9);

  private final String fieldName;
  private final String help;
  private final ToDoubleFunction<ArmTally> formula;

  Metric(final String fieldName, final String help, final ToDoubleFunction<ArmTally> formula) {
    this.fieldName = fieldName;
    this.help = help;
    this.formula = formula;
  }

  @Override
  public String fieldName() {
    return fieldName;
  }

  @Override
  public String help() {
    return help;
  }

  @Override
  public double of(final ArmTally arm) {
    return formula.applyAsDouble(arm);
  }

  private static double perThousand(final ArmTally arm, final double amount) {
    return ArmTally.quotient(1000 * amount, arm.computed());
  }

  /** Offers the figures by the name {@code ledger}. */
  public static final class Offer extends NamedPlug implements MetricPlug {
    /** Makes the plug. */
    public Offer() {
      super("ledger", "What a run cost, and what it brought for it.");
    }

    @Override
    public List<Figure> figures(final PlugOptions options) {
      return List.of(Metric.values());
    }
  }
}
