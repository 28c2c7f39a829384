package dev.coppice.app.run;

/**
 * Is told how a run goes.
 *
 * @thread calls come from one thread at a time, not always the same.
 */
public interface RunProgress {
  /** Tells nobody. */
  RunProgress NONE = new RunProgress() {};

  /**
   * Hears that an arm begins.
   *
   * @param arm the name of the arm.
   * @param policy it runs.
   * @param done groups finished before.
   * @param groups it has in all.
   */
  default void onArm(final String arm, final String policy, final int done, final int groups) {}

  /**
   * Hears that a group was finished and kept.
   *
   * @param done groups of the arm finished so far.
   * @param computedTokens of the arm so far.
   * @param rewardMean of the arm's trees so far, or {@code NaN}.
   */
  default void onGroup(final int done, final long computedTokens, final double rewardMean) {}

  /** Hears that the arm is done. */
  default void onArmDone() {}

  /**
   * Hears what a person should know.
   *
   * @param text of one line.
   */
  default void onMessage(final String text) {}
}
