package dev.coppice.environments.user;

import java.util.List;
import java.util.Map;

/**
 * Plays the user of a conversation.
 *
 * @thread any; one that is not thread-safe locks itself.
 */
public interface SimulatedUser extends AutoCloseable {
  /** Says that the user has what they came for. */
  String STOP = "###STOP###";

  /** Says that somebody else takes over. */
  String TRANSFER = "###TRANSFER###";

  /** Says that the script knows no more. */
  String OUT_OF_SCOPE = "###OUT-OF-SCOPE###";

  /**
   * Says the user's next turn.
   *
   * @param script what the user wants and knows.
   * @param said so far: the agent's turn first, then user and agent in turns.
   * @param seed of every draw; the same arguments give the same turn.
   * @return the turn; with one of the marks in it the conversation ends.
   * @throws Exception if the user fails, which fails the branch.
   */
  String reply(String script, List<String> said, long seed) throws Exception;

  /**
   * Tells whether what is said is drawn at random.
   *
   * @return false if equal conversations always go on alike.
   */
  default boolean draws() {
    return true;
  }

  /**
   * Counts what the user took, for the ledger of the run.
   *
   * @return the counts so far by name; they only grow.
   */
  default Map<String, Long> counters() {
    return Map.of();
  }

  /** Releases what the user holds. */
  @Override
  default void close() {}
}
