package dev.coppice.trajectory;

import java.util.Objects;

/**
 * Names one problem of a task set.
 *
 * @param id stable over runs, for example {@code countdown/42}.
 * @param input the problem as canonical JSON.
 */
public record Task(String id, String input) {
  /** Checks that nothing is missing. */
  public Task {
    Objects.requireNonNull(id, "id is null");
    Objects.requireNonNull(input, "input is null");
  }
}
