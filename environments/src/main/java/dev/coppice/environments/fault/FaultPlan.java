package dev.coppice.environments.fault;

import java.util.Map;

/**
 * Decides which calls break.
 *
 * <p>The same call in the same state of the same task breaks in the same way on every branch, so a
 * run with faults can be replayed.
 *
 * @thread any; implementations are immutable.
 */
@FunctionalInterface
public interface FaultPlan {
  /**
   * Decides about one call.
   *
   * @param task the id of the task.
   * @param digest of the world's state before the call.
   * @param text of the call as sampled.
   * @return what happens to it.
   */
  Fault fault(String task, String digest, String text);

  /**
   * Breaks a share of all calls at random.
   *
   * @param seed of the draws.
   * @param shares of the calls that break, by fault; together at most 1.
   * @return the plan.
   */
  static FaultPlan bySeed(final long seed, final Map<Fault, Double> shares) {
    return new SeededFaults(seed, shares);
  }
}
