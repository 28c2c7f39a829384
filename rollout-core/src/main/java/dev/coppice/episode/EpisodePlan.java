package dev.coppice.episode;

/**
 * Says what is known of an episode's course before the first token.
 *
 * @unit turns: one turn is a stretch of sampled tokens up to a tool call or the end.
 * @param decisionTurn the first turn, from 0, in which a choice is taken that decides the outcome;
 *     the turns before it gather.
 * @param typicalTurns the number of turns of a usual episode, at least 1.
 */
public record EpisodePlan(int decisionTurn, int typicalTurns) {
  /** Checks the ranges. */
  public EpisodePlan {
    if (decisionTurn < 0 || typicalTurns < 1 || decisionTurn >= typicalTurns) {
      throw new IllegalArgumentException(
          "decisionTurn must lie within the episode: decisionTurn="
              + decisionTurn
              + " typicalTurns="
              + typicalTurns);
    }
  }
}
