package dev.coppice.trajectory;

import dev.coppice.draw.Division;
import java.util.List;
import java.util.Objects;

/**
 * Holds all finished trees of one prompt.
 *
 * @param id of the group, unique in the run.
 * @param task all trees were grown for.
 * @param trees of the group in order of their place.
 */
public record TrajectoryGroup(String id, Task task, List<TrajectoryTree> trees) {
  /** Checks that every tree belongs to the group and was grown under its runtime contract. */
  public TrajectoryGroup {
    Objects.requireNonNull(task, "task is null");
    trees = List.copyOf(trees);
    for (final TrajectoryTree tree : trees) {
      if (!tree.group().equals(id)) {
        throw new IllegalArgumentException("foreign tree: group=" + id + " tree=" + tree.group());
      }
      if (tree.task().contract() != task.contract()) {
        throw new IllegalArgumentException(
            "a group mixes runtime contracts, so its rewards cannot be compared: group="
                + id
                + " contracts="
                + task.contract().wireName()
                + ","
                + tree.task().contract().wireName()
                + "; generate the group again under one contract");
      }
    }
  }

  /**
   * Counts the leaves of all trees.
   *
   * @return the number of leaves.
   */
  public int leafCount() {
    int count = 0;
    for (final TrajectoryTree tree : trees) {
      count += tree.leaves().size();
    }
    return count;
  }

  /**
   * Counts the samples that ended in the leaves of all trees.
   *
   * @return the number of draws, at least {@link #leafCount()}.
   */
  public int drawCount() {
    int count = 0;
    for (final TrajectoryTree tree : trees) {
      for (final Leaf leaf : tree.leaves()) {
        count += leaf.draws();
      }
    }
    return count;
  }

  /**
   * Tells whether one number divided several samples of a tree.
   *
   * @return true if the samples of the group are not independent.
   */
  public boolean isDividedSystematically() {
    for (final TrajectoryTree tree : trees) {
      if (tree.division() == Division.SYSTEMATIC && tree.draws() > 1) {
        return true;
      }
    }
    return false;
  }
}
