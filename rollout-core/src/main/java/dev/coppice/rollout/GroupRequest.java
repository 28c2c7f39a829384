package dev.coppice.rollout;

import java.util.Objects;

/**
 * Asks for the trees of one task.
 *
 * @param id of the group, unique in the run.
 * @param index of the group in the run, from 0; draws are keyed by it.
 * @param taskIndex the task in the environment.
 */
public record GroupRequest(String id, int index, int taskIndex) {
  /** Checks the ranges. */
  public GroupRequest {
    Objects.requireNonNull(id, "id is null");
    if (index < 0 || taskIndex < 0) {
      throw new IllegalArgumentException(
          "indices must not be negative: index=" + index + " taskIndex=" + taskIndex);
    }
  }
}
