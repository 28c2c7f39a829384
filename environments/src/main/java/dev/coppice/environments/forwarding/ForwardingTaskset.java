package dev.coppice.environments.forwarding;

import dev.coppice.environments.score.GroupReward;
import dev.coppice.environments.score.Judge;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.trajectory.Task;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Passes everything on to another task set but the opening of worlds.
 *
 * @thread as the wrapped task set.
 */
public abstract class ForwardingTaskset implements Taskset {
  private final Taskset base;

  /**
   * Wraps a task set.
   *
   * @param base to wrap; closed with this one.
   */
  protected ForwardingTaskset(final Taskset base) {
    this.base = Objects.requireNonNull(base, "base is null");
  }

  /**
   * Returns the wrapped task set.
   *
   * @return what was given to the constructor.
   */
  protected final Taskset base() {
    return base;
  }

  @Override
  public String name() {
    return base.name();
  }

  @Override
  public int taskCount() {
    return base.taskCount();
  }

  @Override
  public Task task(final int index) {
    return base.task(index);
  }

  @Override
  public String request(final Task task) {
    return base.request(task);
  }

  @Override
  public List<Map<String, Object>> opening(final Task task) {
    return base.opening(task);
  }

  @Override
  public String script(final Task task) {
    return base.script(task);
  }

  @Override
  public EpisodePlan plan(final Task task) {
    return base.plan(task);
  }

  @Override
  public Solution solution(final Task task) {
    return base.solution(task);
  }

  @Override
  public void judgedBy(final Judge judge) {
    base.judgedBy(judge);
  }

  @Override
  public GroupReward groupReward() {
    return base.groupReward();
  }

  @Override
  public Map<String, Long> counters() {
    return base.counters();
  }

  @Override
  public void close() {
    base.close();
  }
}
