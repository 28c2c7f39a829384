package dev.coppice.rollout;

import dev.coppice.episode.TurnRules;
import java.util.Objects;

/**
 * Limits one trajectory.
 *
 * @param newTokens the most tokens sampled along one path.
 * @param calls the most tool calls along one path.
 * @param observation limit.
 * @param callDeadlineNs the longest a tool call or a scoring may take, in nanoseconds.
 * @param turns what ends one, and how long it may think.
 * @param keepsIds whether the ids that top-p, top-k and min-p kept are kept beside each token.
 */
public record RolloutLimits(
    int newTokens,
    int calls,
    ObservationLimit observation,
    long callDeadlineNs,
    TurnRules turns,
    boolean keepsIds) {
  /** Limits that suit the shipped tasks: 512 tokens, 64 calls, 2048 tokens seen, 10 s. */
  public static final RolloutLimits DEFAULT = new RolloutLimits(512, 64, 2048, 10_000_000_000L);

  /** Checks the ranges. */
  public RolloutLimits {
    Objects.requireNonNull(observation, "observation is null");
    Objects.requireNonNull(turns, "turns is null");
    if (newTokens < 1 || calls < 0 || callDeadlineNs < 1) {
      throw new IllegalArgumentException(
          "limits must be positive: newTokens="
              + newTokens
              + " calls="
              + calls
              + " callDeadlineNs="
              + callDeadlineNs);
    }
  }

  /**
   * Limits trajectories whose turns have no rules of their own.
   *
   * @param newTokens the most tokens sampled along one path.
   * @param calls the most tool calls along one path.
   * @param observationTokens the most tokens of one observation; a longer one fails the call.
   * @param callDeadlineNs the longest a tool call or a scoring may take, in nanoseconds.
   */
  public RolloutLimits(
      final int newTokens,
      final int calls,
      final int observationTokens,
      final long callDeadlineNs) {
    this(
        newTokens,
        calls,
        new ObservationLimit(observationTokens, ObservationLimit.Excess.FAIL),
        callDeadlineNs,
        TurnRules.NONE,
        false);
  }

  /**
   * Copies the limits with rules of turns.
   *
   * @param newTurns what ends a turn, and how long it may think.
   * @return a copy.
   */
  public RolloutLimits with(final TurnRules newTurns) {
    return new RolloutLimits(newTokens, calls, observation, callDeadlineNs, newTurns, keepsIds);
  }

  /**
   * Limits what a tool may answer.
   *
   * @param tokens the most of one observation.
   * @param excess what becomes of a longer one.
   */
  public record ObservationLimit(int tokens, Excess excess) {
    /** Says what becomes of an observation over its limit. */
    public enum Excess {
      /** The call fails, and its branch ends. */
      FAIL,
      /** Its beginning stays. */
      HEAD,
      /** Its end stays. */
      TAIL,
      /** Its beginning and its end stay. */
      MIDDLE;

      /**
       * Cuts a text and says so where it was cut.
       *
       * @param text to cut.
       * @param kept the most characters that stay.
       * @return the text, if it has no more, else what stays of it and a mark.
       */
      public String cut(final String text, final int kept) {
        if (text.length() <= kept || this == FAIL) {
          return text;
        }
        final int head = this == HEAD ? kept : this == TAIL ? 0 : kept - kept / 2;
        final int start = before(text, head);
        final int end = behind(text, text.length() - (kept - head));
        return text.substring(0, start)
            + "[... "
            + (end - start)
            + " characters cut ...]"
            + text.substring(end);
      }

      /** A character of two halves is kept whole or not at all. */
      private static int before(final String text, final int at) {
        final boolean splits =
            at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at));
        return splits ? at - 1 : at;
      }

      private static int behind(final String text, final int at) {
        final boolean splits =
            at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at));
        return splits ? at + 1 : at;
      }
    }

    /** Checks the range. */
    public ObservationLimit {
      Objects.requireNonNull(excess, "excess is null");
      if (tokens < 1) {
        throw new IllegalArgumentException("limits must be positive: observationTokens=" + tokens);
      }
    }
  }
}
