package dev.coppice.worlds.pyenv;

import dev.coppice.environments.score.GroupReward;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps what ends came to until their group is whole, and has the functions that see groups score it.
 *
 * @thread any.
 */
final class GroupEnds implements GroupReward {
  private static final int MAX_KEPT = 1 << 18;

  private final PythonEnvTaskset tasks;
  private final Map<Long, Map<String, Object>> kept =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(final Map.Entry<Long, Map<String, Object>> eldest) {
          return size() > MAX_KEPT; // Of groups that were never finished.
        }
      };
  private long next;

  GroupEnds(final PythonEnvTaskset tasks) {
    this.tasks = tasks;
  }

  /** Keeps an end and returns its score with the number it is kept under. */
  Score kept(final Score score, final Map<String, Object> end) {
    final Map<String, Double> parts = new HashMap<>(score.components());
    synchronized (this) {
      kept.put(next, end);
      parts.put(ROW, (double) next++);
    }
    return new Score(score.reward(), parts, score.answer());
  }

  @Override
  public List<Score> score(final Task task, final List<Long> rows) throws Exception {
    final List<Map<String, Object>> ends = new ArrayList<>();
    synchronized (this) {
      for (final long row : rows) {
        final Map<String, Object> end = kept.get(row);
        if (end == null) {
          throw new IllegalStateException("an end of the group is not known any more: row=" + row);
        }
        ends.add(end);
      }
      rows.forEach(kept::remove);
    }
    final Map<String, Object> question = new HashMap<>();
    question.put("op", "group");
    question.put("rows", ends);
    final List<Score> scores = new ArrayList<>();
    final Map<String, Object> answer = tasks.scoredGroup(question, PythonEnvTaskset.index(task));
    for (final Object one : (List<?>) answer.get("rows")) {
      scores.add(PythonEnvWorld.score((Map<?, ?>) one));
    }
    return scores;
  }
}
