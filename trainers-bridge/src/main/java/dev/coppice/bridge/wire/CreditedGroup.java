package dev.coppice.bridge.wire;

import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;

/**
 * Holds a finished group with the credit of one estimator.
 *
 * @param number of the group in its run, 0 to {@link GroupNumbers#MAX}.
 * @param group to send.
 * @param credit one block per tree in their order, or empty where no estimator ran.
 */
public record CreditedGroup(long number, TrajectoryGroup group, List<CreditBlock> credit) {
  /** Checks that the credit fits the trees and no number is broken. */
  public CreditedGroup {
    credit = List.copyOf(credit);
    if (number < 0 || number > GroupNumbers.MAX) {
      throw new IllegalArgumentException(
          "a group's number is out of range: group="
              + group.id()
              + " number="
              + number
              + " largest="
              + GroupNumbers.MAX);
    }
    if (!credit.isEmpty() && credit.size() != group.trees().size()) {
      throw new IllegalArgumentException(
          "one credit block per tree: group="
              + group.id()
              + " trees="
              + group.trees().size()
              + " blocks="
              + credit.size());
    }
    for (int i = 0; i < group.trees().size(); i++) {
      final TrajectoryTree tree = group.trees().get(i);
      for (final TrajectoryNode node : tree.nodes()) {
        checkFinite("logprobs", tree, node, node.logprobs());
        if (!credit.isEmpty()) {
          checkAdvantages(tree, node, credit.get(i).advantagesOf(node.id()));
        }
      }
    }
  }

  /**
   * Makes a group of which only the id is known, as in a trace file.
   *
   * @param group to send.
   * @param credit one block per tree in their order, or empty where no estimator ran.
   */
  public CreditedGroup(final TrajectoryGroup group, final List<CreditBlock> credit) {
    this(GroupNumbers.ofId(group.id()), group, credit);
  }

  private static void checkAdvantages(
      final TrajectoryTree tree, final TrajectoryNode node, final float[] advantages) {
    if (advantages == null) {
      return;
    }
    if (advantages.length != node.length()) {
      throw new IllegalArgumentException(
          "one advantage per token: "
              + place(tree, node)
              + " tokens="
              + node.length()
              + " advantages="
              + advantages.length);
    }
    checkFinite("advantages", tree, node, advantages);
  }

  private static void checkFinite(
      final String what, final TrajectoryTree tree, final TrajectoryNode node, final float[] all) {
    for (int i = 0; i < all.length; i++) {
      if (!Float.isFinite(all[i])) {
        throw new IllegalArgumentException(
            what + " must be finite: " + place(tree, node) + " token=" + i + " value=" + all[i]);
      }
    }
  }

  private static String place(final TrajectoryTree tree, final TrajectoryNode node) {
    return "group=" + tree.group() + " tree=" + tree.tree() + " node=" + node.id();
  }

  /**
   * Finds the advantages of a node.
   *
   * @param tree the place of the tree in the list of trees.
   * @param node to look up.
   * @return one value per token, or null where a node has none or was not sampled.
   */
  public float[] advantages(final int tree, final TrajectoryNode node) {
    return credit.isEmpty() || !node.kind().isSampled()
        ? null
        : credit.get(tree).advantagesOf(node.id());
  }

  /**
   * Finds the scalar of a path.
   *
   * @param tree the place of the tree in the list of trees.
   * @param node the id of the path's last node.
   * @return the scalar, or {@code NaN} where there is none.
   */
  public float leafAdvantage(final int tree, final int node) {
    return credit.isEmpty() ? Float.NaN : (float) credit.get(tree).advantageOfLeaf(node);
  }
}
