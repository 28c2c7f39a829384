package dev.coppice.app.report;

import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;

/**
 * Is one figure of an arm: a row of the table and a field of {@code report.json}, with a standard error
 * over tasks.
 *
 * <p>A figure is computed from sums, the ones every {@link ArmTally} has and its own, so that it can be
 * computed again without some of the tasks.
 *
 * @thread any; implementations keep nothing between groups.
 */
public interface Figure {
  /**
   * Returns the name of the figure in {@code report.json}.
   *
   * @return small letters, digits and underscores; no other figure has it.
   */
  String fieldName();

  /**
   * Says what it is, with its unit.
   *
   * @return one line for a person.
   */
  String help();

  /**
   * Returns what the table calls it.
   *
   * @return a few words.
   */
  default String label() {
    return fieldName().replace('_', ' ');
  }

  /**
   * Returns what a group adds to the figure's own sums.
   *
   * @param trees of the finished group.
   * @param ledgers one per tree, in order.
   * @return the amounts, as many for every group; none where the sums of every arm do.
   */
  default double[] amounts(final List<TrajectoryTree> trees, final List<TreeLedger> ledgers) {
    return ArmTally.NO_AMOUNTS;
  }

  /**
   * Computes the figure.
   *
   * @param arm whose sums are complete; {@code arm.own(this)} holds the figure's own.
   * @return the figure, or {@code NaN} where it is not defined.
   */
  double of(ArmTally arm);
}
