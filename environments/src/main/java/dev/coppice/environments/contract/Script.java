package dev.coppice.environments.contract;

import dev.coppice.environments.tool.CallText;
import dev.coppice.trajectory.Task;
import java.util.ArrayList;
import java.util.List;

/**
 * Lists what happens in one random episode: branches fork, and call tools.
 *
 * @param task of the episode.
 * @param seed the world is reset with.
 * @param steps in order.
 */
public record Script(Task task, long seed, List<Step> steps) {
  /** Copies the list. */
  public Script {
    steps = List.copyOf(steps);
  }

  /**
   * Does one thing on one branch.
   *
   * @param branch counted modulo the branches there are, so that a script stays one when steps are
   *     taken out.
   * @param call to make, or null to fork.
   */
  public record Step(int branch, CallText call) {
    @Override
    public String toString() {
      return call == null
          ? "branch " + branch + " forks"
          : "branch " + branch + " calls " + CallText.write(call.tool(), call.arguments());
    }
  }

  /** Returns the script without one step. */
  Script without(final int step) {
    final List<Step> left = new ArrayList<>(steps);
    left.remove(step);
    return new Script(task, seed, left);
  }
}
