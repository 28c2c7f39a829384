package dev.coppice.environments.toolworld;

import dev.coppice.episode.EpisodePlan;
import dev.coppice.trajectory.Task;
import java.util.function.Supplier;

/**
 * Offers a world as a task set of one empty task, for a class that brings no tasks.
 *
 * @param name of the world.
 * @param opener makes instances.
 * @thread as the supplier.
 */
public record SingleTaskset(String name, Supplier<ToolWorld> opener) implements Taskset {
  @Override
  public int taskCount() {
    return 1;
  }

  @Override
  public Task task(final int index) {
    return new Task(name + "/" + index, "{}");
  }

  @Override
  public String request(final Task task) {
    return "Use the tools.";
  }

  @Override
  public EpisodePlan plan(final Task task) {
    return new EpisodePlan(0, 1);
  }

  @Override
  public ToolWorld open() {
    return opener.get();
  }
}
