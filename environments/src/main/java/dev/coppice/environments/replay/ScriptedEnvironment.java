package dev.coppice.environments.replay;

import dev.coppice.episode.Environment;
import dev.coppice.trajectory.Task;

/**
 * Offers, beside its tasks, a script that solves each of them.
 *
 * @thread any; implementations are immutable or thread-safe.
 */
public interface ScriptedEnvironment extends Environment {
  /**
   * Returns a solution of a task.
   *
   * @param task of this environment.
   * @return the script of an episode with full reward.
   */
  ReplayScript script(Task task);

  /**
   * Returns the text every observation of this environment ends with.
   *
   * @return the text, not empty; it occurs nowhere else in an observation.
   */
  String observationClose();
}
