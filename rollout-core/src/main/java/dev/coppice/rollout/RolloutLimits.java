package dev.coppice.rollout;

/**
 * Limits one trajectory.
 *
 * @param newTokens the most tokens sampled along one path.
 * @param calls the most tool calls along one path.
 * @param observationTokens the most tokens of one observation; a longer one fails the call.
 * @param callDeadlineNs the longest a tool call or a scoring may take, in nanoseconds.
 */
public record RolloutLimits(int newTokens, int calls, int observationTokens, long callDeadlineNs) {
  /** Limits that suit the shipped tasks: 512 tokens, 64 calls, 2048 tokens seen, 10 s. */
  public static final RolloutLimits DEFAULT = new RolloutLimits(512, 64, 2048, 10_000_000_000L);

  /** Checks the ranges. */
  public RolloutLimits {
    if (newTokens < 1 || calls < 0 || observationTokens < 1 || callDeadlineNs < 1) {
      throw new IllegalArgumentException(
          "limits must be positive: newTokens="
              + newTokens
              + " calls="
              + calls
              + " observationTokens="
              + observationTokens
              + " callDeadlineNs="
              + callDeadlineNs);
    }
  }
}
