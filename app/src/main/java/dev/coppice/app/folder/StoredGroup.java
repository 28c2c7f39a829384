package dev.coppice.app.folder;

import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds all lines of one finished group.
 *
 * @param number of the group in its arm, from 0.
 * @param trees of the group in order, at least one.
 * @param end of its last line in the file, in bytes.
 */
public record StoredGroup(long number, List<StoredTree> trees, long end) {
  /** Checks that there is a tree. */
  public StoredGroup {
    trees = List.copyOf(trees);
    if (trees.isEmpty()) {
      throw new IllegalArgumentException("a group has at least one tree: trees=0");
    }
  }

  /**
   * Returns the arm of the group.
   *
   * @return the name of the arm.
   */
  public String arm() {
    return trees.getFirst().arm();
  }

  /**
   * Returns the id of the group.
   *
   * @return the id, unique in its arm.
   */
  public String id() {
    return trees.getFirst().trace().tree().group();
  }

  /**
   * Returns the trees.
   *
   * @return the trajectory trees in order.
   */
  public List<TrajectoryTree> trajectories() {
    return trees.stream().map(stored -> stored.trace().tree()).toList();
  }

  /**
   * Returns the group as the estimators take it.
   *
   * @return the group.
   */
  public TrajectoryGroup group() {
    return trees.getFirst().trace().group(id(), trajectories());
  }

  /**
   * Returns the group as a trainer gets it.
   *
   * @param estimator whose credit goes with it, or an empty string for none.
   * @return the group with that credit.
   */
  public CreditedGroup credited(final String estimator) {
    final List<CreditBlock> blocks = new ArrayList<>();
    for (final StoredTree stored : trees) {
      for (final CreditBlock block : stored.trace().credit()) {
        if (block.estimator().equals(estimator)) {
          blocks.add(block);
        }
      }
    }
    return new CreditedGroup(number, group(), blocks);
  }

  /**
   * Returns the ledgers.
   *
   * @return one per tree, in order.
   */
  public List<TreeLedger> ledgers() {
    return trees.stream().map(StoredTree::ledger).toList();
  }
}
