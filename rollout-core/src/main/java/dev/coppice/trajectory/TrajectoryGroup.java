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
 * @param sizing says how their number came about.
 */
public record TrajectoryGroup(String id, Task task, List<TrajectoryTree> trees, Sizing sizing) {
  /** Checks that every tree belongs to the group and was grown under its runtime contract. */
  public TrajectoryGroup {
    Objects.requireNonNull(task, "task is null");
    Objects.requireNonNull(sizing, "sizing is null");
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
   * Makes a group whose size nothing decided on but the configuration.
   *
   * @param id of the group, unique in the run.
   * @param task all trees were grown for.
   * @param trees of the group in order of their place.
   */
  public TrajectoryGroup(final String id, final Task task, final List<TrajectoryTree> trees) {
    this(id, task, trees, Sizing.uniform(draws(trees)));
  }

  private static int draws(final List<TrajectoryTree> trees) {
    return trees.stream().mapToInt(tree -> tree.node(0).draws()).sum();
  }

  /**
   * Says how the number of a group's draws came about; a draw begins at the prompt.
   *
   * @param allocation that decided it, by name.
   * @param waves the draws of each wave in order; a wave was decided when the one before had ended.
   * @param unbiased leading draws that would have been made whatever any reward of the task was.
   * @param byOutcomes whether the number may depend on the group's own rewards: means over its draws
   *     are biased then, sums with a predictable baseline are not.
   * @param expectedReward of a draw, known before the first; {@link #UNKNOWN} where nothing is known.
   * @param kept false where a trainer does not get the group.
   */
  public record Sizing(
      String allocation,
      List<Integer> waves,
      int unbiased,
      boolean byOutcomes,
      double expectedReward,
      boolean kept) {
    /** Stands for a reward nobody could expect. */
    public static final double UNKNOWN = Double.NaN;

    /** Checks the ranges. */
    public Sizing {
      Objects.requireNonNull(allocation, "allocation is null");
      waves = List.copyOf(waves);
      if (unbiased < 0 || waves.stream().anyMatch(wave -> wave < 1)) {
        throw new IllegalArgumentException(
            "waves of at least one draw: waves=" + waves + " unbiased=" + unbiased);
      }
    }

    /**
     * Says that every group had the same.
     *
     * @param draws of the group.
     * @return one wave.
     */
    public static Sizing uniform(final int draws) {
      return new Sizing(
          "uniform", draws == 0 ? List.of() : List.of(draws), draws, false, UNKNOWN, true);
    }

    /**
     * Returns whether nothing but the configuration decided.
     *
     * @return true for a group as every other one.
     */
    public boolean isUniform() {
      return allocation.equals("uniform");
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
