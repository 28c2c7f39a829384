package dev.coppice.environments.record;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.forwarding.ForwardingTaskset;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.trajectory.Task;
import java.util.Map;

/**
 * Plays a world for real and keeps every result in a store; a result that is there already is
 * returned instead, so equal calls in equal states have equal answers.
 *
 * @thread any.
 */
public final class RecordingTaskset extends ForwardingTaskset {
  private final ResultStore store;

  /**
   * Wraps a world.
   *
   * @param real to record; closed with this one.
   * @param store open to write; closed with this one.
   * @throws ResultStoreException if the store holds results of other tools.
   */
  public RecordingTaskset(final Taskset real, final ResultStore store) {
    super(real);
    this.store = store;
    final Map<String, Object> shape = StoredSet.of(StoredSet.Shape.of(real));
    final String kept = CanonicalJson.write(store.put(Keys.SET, shape));
    if (!kept.equals(CanonicalJson.write(shape))) {
      throw new ResultStoreException(
          "the store holds results of another world, or of another version of its tools: world="
              + real.name()
              + "; record into a new store",
          null);
    }
  }

  @Override
  public Task task(final int index) {
    final Task task = base().task(index);
    final Map<String, Object> kept = store.put(Keys.task(index), StoredSet.of(base(), task));
    if (!task.input().equals(kept.get("input"))) {
      throw new ResultStoreException(
          "the store was recorded over other tasks: index="
              + index
              + " task="
              + task.id()
              + "; record into a new store",
          null);
    }
    return task;
  }

  @Override
  public ToolWorld open() {
    return new RecordingWorld(base().open(), store);
  }

  @Override
  public void close() {
    try {
      super.close();
    } finally {
      store.close();
    }
  }
}
