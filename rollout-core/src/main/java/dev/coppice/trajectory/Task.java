package dev.coppice.trajectory;

import java.util.Objects;

/**
 * Names one problem of a task set.
 *
 * @param id stable over runs, for example {@code countdown/42}.
 * @param input the problem as canonical JSON.
 * @param contract that says how long the state of the task's world lives.
 */
public record Task(String id, String input, RuntimeContract contract) {
  /** Checks that nothing is missing. */
  public Task {
    Objects.requireNonNull(id, "id is null");
    Objects.requireNonNull(input, "input is null");
    Objects.requireNonNull(contract, "contract is null");
  }

  /**
   * Names a problem whose world lives as long as the episode.
   *
   * @param id stable over runs.
   * @param input the problem as canonical JSON.
   */
  public Task(final String id, final String input) {
    this(id, input, RuntimeContract.PERSISTENT);
  }
}
