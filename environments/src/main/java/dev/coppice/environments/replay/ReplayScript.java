package dev.coppice.environments.replay;

import java.util.List;
import java.util.Objects;

/**
 * Writes down what a policy says in one episode.
 *
 * @param prompt the episode begins with, special tokens written out.
 * @param turns of the policy in order; an observation follows each but the last, and the end of the
 *     sequence follows the last.
 * @param observations that tell this script from others with the same prompt, one after each turn
 *     but the last; empty if the prompt alone tells.
 */
public record ReplayScript(String prompt, List<String> turns, List<String> observations) {
  /** Checks that there is a turn, and that observations stand between turns. */
  public ReplayScript {
    Objects.requireNonNull(prompt, "prompt is null");
    turns = List.copyOf(turns);
    observations = List.copyOf(observations);
    if (turns.isEmpty()) {
      throw new IllegalArgumentException("a script needs a turn: prompt=" + prompt);
    }
    if (!observations.isEmpty() && observations.size() != turns.size() - 1) {
      throw new IllegalArgumentException(
          "an observation must stand between any two turns: turns="
              + turns.size()
              + " observations="
              + observations.size());
    }
  }

  /**
   * Writes a script that follows its turns whatever is observed.
   *
   * @param prompt that no other script has.
   * @param turns of the policy in order.
   */
  public ReplayScript(final String prompt, final List<String> turns) {
    this(prompt, turns, List.of());
  }
}
