package dev.coppice.environments.fault;

import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.trajectory.Task;

/**
 * Wraps a world whose tools break as planned; what breaks says so by its provenance.
 *
 * <p>A call that breaks does not reach the world: its state stays as it was. A hang is injected as
 * its outcome, a timeout, without the waiting.
 *
 * @thread as the wrapped task set.
 */
public final class FaultyTaskset implements Taskset {
  private final Taskset base;
  private final FaultPlan plan;

  /**
   * Wraps a world.
   *
   * @param base to wrap; closed with this one.
   * @param plan of the faults.
   */
  public FaultyTaskset(final Taskset base, final FaultPlan plan) {
    this.base = base;
    this.plan = plan;
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
  public EpisodePlan plan(final Task task) {
    return base.plan(task);
  }

  @Override
  public Solution solution(final Task task) {
    return base.solution(task);
  }

  @Override
  public ToolWorld open() {
    return new FaultyWorld(base.open(), plan);
  }

  @Override
  public void close() {
    base.close();
  }
}
