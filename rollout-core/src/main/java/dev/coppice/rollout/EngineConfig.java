package dev.coppice.rollout;

import dev.coppice.trajectory.SamplingSettings;
import java.util.Objects;

/**
 * Configures an engine; every queue has its limit here.
 *
 * @param run the name of the run, written into every tree.
 * @param seed of every draw.
 * @param sampling settings of every action token.
 * @param limits of one trajectory.
 * @param budget of the run.
 * @param capacity of queues.
 * @param weights says how versions follow one another.
 */
public record EngineConfig(
    String run,
    long seed,
    SamplingSettings sampling,
    RolloutLimits limits,
    BudgetConfig budget,
    Capacity capacity,
    Weights weights) {
  /** Checks that nothing is missing. */
  public EngineConfig {
    Objects.requireNonNull(run, "run is null");
    Objects.requireNonNull(sampling, "sampling is null");
    Objects.requireNonNull(limits, "limits is null");
    Objects.requireNonNull(budget, "budget is null");
    Objects.requireNonNull(capacity, "capacity is null");
    Objects.requireNonNull(weights, "weights is null");
  }

  /**
   * Makes a configuration that starts at version 0 and lets running trees finish.
   *
   * @param run the name of the run, written into every tree.
   * @param seed of every draw.
   * @param sampling settings of every action token.
   * @param limits of one trajectory.
   * @param budget of the run.
   * @param capacity of queues.
   */
  public EngineConfig(
      final String run,
      final long seed,
      final SamplingSettings sampling,
      final RolloutLimits limits,
      final BudgetConfig budget,
      final Capacity capacity) {
    this(run, seed, sampling, limits, budget, capacity, Weights.DEFAULT);
  }

  /**
   * Copies the configuration with another way to follow new weights.
   *
   * @param newWeights says how versions follow one another.
   * @return a copy.
   */
  public EngineConfig with(final Weights newWeights) {
    return new EngineConfig(run, seed, sampling, limits, budget, capacity, newWeights);
  }

  /**
   * Says how versions of the weights follow one another.
   *
   * @param swap what becomes of running trees.
   * @param firstVersion the number of the weights the engine starts with.
   * @param liveVersions the most versions kept at once where running trees finish; the next switch
   *     waits until the oldest one has no tree any more.
   */
  public record Weights(WeightSwap swap, int firstVersion, int liveVersions) {
    /** Running trees finish, the first version is 0, two versions at once. */
    public static final Weights DEFAULT = new Weights(WeightSwap.FINISH, 0, 2);

    /** Checks the ranges. */
    public Weights {
      Objects.requireNonNull(swap, "swap is null");
      if (firstVersion < 0 || liveVersions < 2) {
        throw new IllegalArgumentException(
            "versions start at 0 and a switch needs two: firstVersion="
                + firstVersion
                + " liveVersions="
                + liveVersions);
      }
    }
  }

  /**
   * Sizes queues; what a model's runner needs is configured there.
   *
   * @param groupsInFlight the most groups that grow at the same time.
   * @param queuedGroups the most groups offered and not yet finished.
   * @param toolThreads the most tool calls at the same time; 0 for a virtual thread per call.
   */
  public record Capacity(int groupsInFlight, int queuedGroups, int toolThreads) {
    /** 32 groups in flight, 1024 queued, a thread per call. */
    public static final Capacity DEFAULT = new Capacity(32, 1024, 0);

    /** Checks the ranges. */
    public Capacity {
      if (groupsInFlight < 1 || queuedGroups < groupsInFlight) {
        throw new IllegalArgumentException(
            "the queue must hold the groups in flight: groupsInFlight="
                + groupsInFlight
                + " queuedGroups="
                + queuedGroups);
      }
      if (toolThreads < 0) {
        throw new IllegalArgumentException(
            "toolThreads must not be negative: toolThreads=" + toolThreads);
      }
    }
  }
}
