package dev.coppice.worlds.load;

import java.util.List;

/**
 * Holds a rollout that somebody recorded: what was said, what was observed, and how long it took.
 *
 * @param id of the file and the line.
 * @param prompt that came first.
 * @param turns in order; the last is observed nothing.
 * @param reward that was recorded.
 * @param times how its gaps are known.
 */
record RecordedRollout(String id, String prompt, List<Turn> turns, double reward, Times times) {
  RecordedRollout {
    turns = List.copyOf(turns);
    if (turns.isEmpty()) {
      throw new IllegalArgumentException("a rollout needs a turn: id=" + id);
    }
  }

  /** Says how the gaps of a rollout are known. */
  enum Times {
    /** From the time stamps of its messages. */
    RECORDED,
    /** The rollout's whole time over its turns: an upper bound, since the model's time is in it. */
    BOUNDED,
    /** Not recorded: the median of all gaps that are known. */
    ASSUMED
  }

  /**
   * Holds one turn.
   *
   * @param said by the model, calls included.
   * @param observed afterwards, or empty after the last turn.
   * @param gapNs between the two, or -1 if it is not known.
   */
  record Turn(String said, String observed, long gapNs) {}
}
