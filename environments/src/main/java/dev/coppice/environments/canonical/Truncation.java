package dev.coppice.environments.canonical;

import dev.coppice.trajectory.StopReason;

/**
 * Tells whether an episode that ended without an answer may be scored.
 *
 * @thread stateless, any thread
 */
public final class Truncation {
  private Truncation() {}

  /**
   * Tells whether it was the policy that ended the episode without an answer.
   *
   * <p>A policy that rambles past the limit of its trajectory has not solved its task: the reward is
   * 0. A budget that ran out, a cancelled branch or a failure says nothing about the policy: such an
   * episode has no reward.
   *
   * @param reason the episode was ended for.
   * @return true if the episode counts as unsolved, false if it cannot be scored.
   */
  public static boolean isUnsolved(final StopReason reason) {
    return switch (reason) {
      case EOS, ANSWER, STOP, TURN, LENGTH, CONTEXT, CALLS, ENVIRONMENT -> true;
      case BUDGET, CANCELLED, FAILURE -> false;
    };
  }
}
