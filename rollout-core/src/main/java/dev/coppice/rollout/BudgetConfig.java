package dev.coppice.rollout;

import dev.coppice.allocation.GroupAllocation;
import dev.coppice.allocation.UniformAllocation;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Says how much may be computed, in tokens prefilled, sampled or discarded.
 *
 * <p>With {@code computedTokens} the budget is split evenly over the groups, of which exactly {@code
 * groups} must be offered; a group then starts one tree after the other as long as its share allows.
 * The run as a whole never computes one token more: a branch that asks for one when the budget is
 * spent ends there, truncated and unscored.
 *
 * @param computedTokens the budget of the run in tokens, or {@link #NO_LIMIT}.
 * @param groups the number of groups the budget is split over; ignored without a budget.
 * @param trees the number of trees each group gets where there is no budget.
 * @param allocation makes what decides how many trees a group gets, anew for each engine.
 */
public record BudgetConfig(
    long computedTokens, int groups, int trees, Supplier<GroupAllocation> allocation) {
  /** Stands for a run without a budget. */
  public static final long NO_LIMIT = Long.MAX_VALUE;

  /** Checks the ranges. */
  public BudgetConfig {
    Objects.requireNonNull(allocation, "allocation is null");
    if (computedTokens < 1) {
      throw new IllegalArgumentException(
          "a budget must be at least 1 token: computedTokens=" + computedTokens);
    }
    if (groups < 1 || trees < 1) {
      throw new IllegalArgumentException(
          "groups and trees must be at least 1: groups=" + groups + " trees=" + trees);
    }
  }

  /**
   * Gives every group the same.
   *
   * @param computedTokens the budget of the run in tokens, or {@link #NO_LIMIT}.
   * @param groups the number of groups the budget is split over; ignored without a budget.
   * @param trees the number of trees each group gets where there is no budget.
   */
  public BudgetConfig(final long computedTokens, final int groups, final int trees) {
    this(computedTokens, groups, trees, UniformAllocation::new);
  }

  /**
   * Copies the configuration with another allocation.
   *
   * @param newAllocation makes what decides how many trees a group gets.
   * @return a copy.
   */
  public BudgetConfig with(final Supplier<GroupAllocation> newAllocation) {
    return new BudgetConfig(computedTokens, groups, trees, newAllocation);
  }

  /**
   * Gives every group a number of trees, whatever they cost.
   *
   * @param trees per group.
   * @return a configuration without a budget.
   */
  public static BudgetConfig trees(final int trees) {
    return new BudgetConfig(NO_LIMIT, 1, trees);
  }

  /**
   * Returns whether the run has a budget.
   *
   * @return true if it has.
   */
  public boolean isLimited() {
    return computedTokens != NO_LIMIT;
  }
}
