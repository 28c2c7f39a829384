package dev.coppice.environments.record;

import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.trajectory.Task;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Plays a recorded world again from its store alone: no tool, no data and no task set is needed.
 *
 * <p>A call that was not recorded fails as {@code replay_miss}; it is never answered with a guess.
 *
 * @thread any.
 */
public final class RecordedTaskset implements Taskset {
  private final ResultStore store;
  private final StoredSet.Shape shape;
  private final Map<Integer, StoredSet.StoredTask> byIndex = new HashMap<>();
  private final Map<String, StoredSet.StoredTask> byId = new HashMap<>();
  private final int count;

  /**
   * Reads what was recorded.
   *
   * @param store open to read; closed with this one.
   * @throws ResultStoreException if nothing was recorded into the store.
   */
  public RecordedTaskset(final ResultStore store) {
    this.store = store;
    final Map<String, Object> set = store.get(Keys.SET);
    if (set == null) {
      throw new ResultStoreException("nothing was recorded into this store", null);
    }
    shape = StoredSet.shape(set);
    int last = 0;
    for (final Map.Entry<String, Map<String, Object>> entry :
        store.find(key -> key.startsWith("[\"task\","), Integer.MAX_VALUE)) {
      final String key = entry.getKey();
      final int index = Integer.parseInt(key.substring(key.indexOf(',') + 1, key.length() - 1));
      final StoredSet.StoredTask task = StoredSet.task(entry.getValue());
      byIndex.put(index, task);
      byId.put(task.task().id(), task);
      last = Math.max(last, index + 1);
    }
    count = Math.max(1, last);
  }

  @Override
  public String name() {
    return shape.name();
  }

  /** Counts up to the last task that was recorded; there may be gaps. */
  @Override
  public int taskCount() {
    return count;
  }

  @Override
  public Task task(final int index) {
    final StoredSet.StoredTask task = byIndex.get(index);
    if (task == null) {
      throw new IllegalArgumentException("this task was not recorded: index=" + index);
    }
    return task.task();
  }

  private StoredSet.StoredTask stored(final Task task) {
    final StoredSet.StoredTask stored = byId.get(task.id());
    if (stored == null) {
      throw new IllegalArgumentException("this task was not recorded: task=" + task.id());
    }
    return stored;
  }

  @Override
  public String request(final Task task) {
    return stored(task).request();
  }

  @Override
  public List<Map<String, Object>> opening(final Task task) {
    return stored(task).opening();
  }

  @Override
  public EpisodePlan plan(final Task task) {
    return stored(task).plan();
  }

  @Override
  public Solution solution(final Task task) {
    return stored(task).solution();
  }

  @Override
  public ToolWorld open() {
    return new RecordedWorld(store, shape);
  }

  @Override
  public void close() {
    store.close();
  }
}
