package dev.coppice.environments.fault;

import dev.coppice.episode.Dialect;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.trajectory.Task;
import java.util.Objects;

/**
 * Wraps an environment whose tools break as planned.
 *
 * <p>A call that breaks does not reach the world: its state stays as it was.
 *
 * @thread as the wrapped environment.
 */
public final class FaultyEnvironment implements Environment {
  private final Environment environment;
  private final FaultPlan plan;

  /**
   * Wraps an environment.
   *
   * @param environment to wrap; closed with this one.
   * @param plan of the faults.
   */
  public FaultyEnvironment(final Environment environment, final FaultPlan plan) {
    this.environment = Objects.requireNonNull(environment, "environment is null");
    this.plan = Objects.requireNonNull(plan, "plan is null");
  }

  @Override
  public String name() {
    return environment.name();
  }

  @Override
  public Dialect dialect() {
    return environment.dialect();
  }

  @Override
  public int taskCount() {
    return environment.taskCount();
  }

  @Override
  public Task task(final int index) {
    return environment.task(index);
  }

  @Override
  public Episode start(final Task task, final long seed) {
    return new FaultyEpisode(environment.start(task, seed), task.id(), plan);
  }

  @Override
  public void close() {
    environment.close();
  }
}
