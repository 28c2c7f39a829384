package dev.coppice.rollout;

import dev.coppice.draw.Division;
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
 * @param coalescing says whether samples that are alike so far share a path.
 * @param learnBehind numbers between a group and the newest it learns from, where a fleet numbers the
 *     groups and what other engines' groups taught comes as lessons; {@link #BY_STARTS} where this
 *     engine grows all groups and learns in the order it starts them.
 */
public record EngineConfig(
    String run,
    long seed,
    SamplingSettings sampling,
    RolloutLimits limits,
    BudgetConfig budget,
    Capacity capacity,
    Weights weights,
    Coalescing coalescing,
    int learnBehind) {
  /** Stands for an engine that learns from its own groups, in the order of their starts. */
  public static final int BY_STARTS = 0;

  /** Checks that nothing is missing. */
  public EngineConfig {
    Objects.requireNonNull(run, "run is null");
    Objects.requireNonNull(sampling, "sampling is null");
    Objects.requireNonNull(limits, "limits is null");
    Objects.requireNonNull(budget, "budget is null");
    Objects.requireNonNull(capacity, "capacity is null");
    Objects.requireNonNull(weights, "weights is null");
    Objects.requireNonNull(coalescing, "coalescing is null");
    if (learnBehind < 0 || (learnBehind != BY_STARTS && budget.isLimited())) {
      throw new IllegalArgumentException(
          "groups that a fleet numbers learn from those before, and no budget is split over them:"
              + " learnBehind="
              + learnBehind
              + " computedTokens="
              + budget.computedTokens());
    }
  }

  /**
   * Makes a configuration that starts at version 0, lets running trees finish and coalesces nothing.
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
    this(
        run,
        seed,
        sampling,
        limits,
        budget,
        capacity,
        Weights.DEFAULT,
        Coalescing.NONE,
        BY_STARTS);
  }

  /**
   * Copies the configuration with another way to follow new weights.
   *
   * @param newWeights says how versions follow one another.
   * @return a copy.
   */
  public EngineConfig with(final Weights newWeights) {
    return new EngineConfig(
        run, seed, sampling, limits, budget, capacity, newWeights, coalescing, learnBehind);
  }

  /**
   * Copies the configuration with another way to share paths.
   *
   * @param newCoalescing says whether samples that are alike so far share a path.
   * @return a copy.
   */
  public EngineConfig with(final Coalescing newCoalescing) {
    return new EngineConfig(
        run, seed, sampling, limits, budget, capacity, weights, newCoalescing, learnBehind);
  }

  /**
   * Copies the configuration for an engine whose groups a fleet numbers.
   *
   * @param behind numbers between a group and the newest it learns from; {@link #BY_STARTS} for an
   *     engine of its own.
   * @return a copy.
   */
  public EngineConfig learningBehind(final int behind) {
    return new EngineConfig(
        run, seed, sampling, limits, budget, capacity, weights, coalescing, behind);
  }

  /**
   * Says whether samples that are alike so far share a path.
   *
   * <p>A group's trees are then one tree of as many samples: tokens all of them drew are computed
   * once, and they part where their draws differ.
   *
   * @param enabled whether they share it.
   * @param division of the samples over the next tokens.
   * @param independentEvery every how many groups one is divided independently all the same, so that
   *     pairs of its samples tell a variance; 0 for never.
   */
  public record Coalescing(boolean enabled, Division division, int independentEvery) {
    /** Every sample is computed for itself. */
    public static final Coalescing NONE = new Coalescing(false, Division.INDEPENDENT, 0);

    /** Samples share what they have in common, and are what they would be alone. */
    public static final Coalescing INDEPENDENT = new Coalescing(true, Division.INDEPENDENT, 0);

    /** Samples share what they have in common, and are divided by one number. */
    public static final Coalescing SYSTEMATIC = new Coalescing(true, Division.SYSTEMATIC, 0);

    /** Checks that there is something to divide. */
    public Coalescing {
      Objects.requireNonNull(division, "division is null");
      if (division == Division.SYSTEMATIC && !enabled) {
        throw new IllegalArgumentException(
            "tree.division = systematic divides the samples of one path: set tree.coalesce = true");
      }
      if (independentEvery < 0) {
        throw new IllegalArgumentException(
            "independentEvery must not be negative: independentEvery=" + independentEvery);
      }
    }

    /**
     * Has one of so many groups divided independently.
     *
     * @param every so many; 0 for never.
     * @return a copy.
     */
    public Coalescing withIndependent(final int every) {
      return new Coalescing(enabled, division, every);
    }

    /**
     * Returns how the samples of a group are divided.
     *
     * @param group its place in the run.
     * @return the division; the first group of a run is independent where any is.
     */
    public Division of(final int group) {
      return independentEvery > 0 && group % independentEvery == 0
          ? Division.INDEPENDENT
          : division;
    }
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
