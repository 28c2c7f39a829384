package dev.coppice.allocation;

import dev.coppice.trajectory.TrajectoryGroup;

/**
 * Decides how many trees a group gets, wave after wave.
 *
 * <p>Every answer is a function of its arguments and of what was learned, and {@link LearningOrder}
 * has that be the same whoever ends first. A wave is decided when every tree of the one before has
 * ended, so that its size depends on their rewards and not on their order.
 *
 * @thread the engine thread; an object serves one engine.
 */
public interface GroupAllocation {
  /** As many draws as the configuration or the share of the budget gives a group. */
  int EVERY = Integer.MAX_VALUE;

  /**
   * Returns the name used in configurations and traces.
   *
   * @return a short lower-case name.
   */
  String name();

  /**
   * Decides the first wave of a group.
   *
   * @param task index of the group's task in the environment.
   * @param place of the group in the order of starts.
   * @return the wave.
   */
  First open(int task, long place);

  /**
   * Decides the next wave of a group all of whose trees have ended.
   *
   * @param seen of the group so far.
   * @return the number of further draws; 0 ends the group.
   */
  default int more(final Seen seen) {
    return 0;
  }

  /**
   * Returns whether the number of a group's trees may depend on its own rewards.
   *
   * @return true if {@link #more} ever answers other than 0.
   */
  default boolean stopsByOutcomes() {
    return false;
  }

  /**
   * Says whether a finished group goes to the trainer.
   *
   * @param seen of the whole group.
   * @return false if it was paid for and is left out.
   */
  default boolean keeps(final Seen seen) {
    return true;
  }

  /**
   * Returns whether earlier groups matter. What was learned may enter {@link #open} alone: later
   * answers on a group must be the same whatever came since.
   *
   * @return true if {@link #learn} keeps anything.
   */
  default boolean learns() {
    return false;
  }

  /**
   * Takes in a finished group; called in the order of starts.
   *
   * @param outcome of the group.
   */
  default void learn(final GroupOutcome outcome) {}

  /**
   * Holds the first wave of a group.
   *
   * @param draws in it; 0 leaves the prompt out, {@link #EVERY} leaves it to the configuration.
   * @param unbiased leading draws that would have been made whatever earlier rewards of the task
   *     were: their mean reward is unbiased.
   * @param expectedReward of a draw, known before the first; {@code NaN} where nothing is known.
   */
  record First(int draws, int unbiased, double expectedReward) {
    /** Checks the ranges. */
    public First {
      if (draws < 0 || unbiased < 0 || unbiased > draws) {
        throw new IllegalArgumentException(
            "a first wave of draws, some of them unbiased: draws="
                + draws
                + " unbiased="
                + unbiased);
      }
    }

    /**
     * Makes a wave that nothing earlier decided on.
     *
     * @param draws in it.
     * @return the wave, all of it unbiased.
     */
    public static First fixed(final int draws) {
      return new First(draws, draws, TrajectoryGroup.Sizing.UNKNOWN);
    }
  }

  /**
   * Shows what a group came to so far.
   *
   * @param draws ended.
   * @param scored trajectories of them.
   * @param least reward, positive infinity where none is scored.
   * @param most reward, negative infinity where none is scored.
   */
  record Seen(int draws, int scored, double least, double most) {
    /**
     * Returns whether rewards differ.
     *
     * @return true if there is a contrast to learn from.
     */
    public boolean isMixed() {
      return most > least;
    }
  }
}
