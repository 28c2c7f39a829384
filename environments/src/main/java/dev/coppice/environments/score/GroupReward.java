package dev.coppice.environments.score;

import dev.coppice.episode.Score;
import dev.coppice.trajectory.Task;
import java.util.List;

/**
 * Scores the ends of a whole group at once, beside what each of them earned alone.
 *
 * <p>A world whose rewards see groups keeps what an end came to under a number, which it gives as the
 * component {@link #ROW} of that end's score.
 *
 * @thread one at a time, beside the engine.
 */
public interface GroupReward {
  /** Names the component that holds the number; it is taken out of what is kept of the score. */
  String ROW = "$row";

  /**
   * Scores a group.
   *
   * @param task of the group.
   * @param rows the numbers of its ends, one for each draw.
   * @return what each row earns on top, with its components, in the same order.
   * @throws Exception if the group cannot be scored; its ends then have no reward.
   */
  List<Score> score(Task task, List<Long> rows) throws Exception;
}
