package dev.coppice.app.report;

import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Counts the trajectories of one group that differ.
 *
 * <p>Level 0 compares the sampled tokens. Level 1 compares the tool calls, by tool and canonical
 * arguments, and the normalised answer; thoughts and wording do not matter to it. Only completed
 * trajectories count.
 *
 * @thread one at a time.
 */
public final class DistinctKeys {
  private final Set<String> exact = new HashSet<>();
  private final Set<String> actions = new HashSet<>();

  /** Adds the completed leaves of a tree of the group. */
  void add(final TrajectoryTree tree) {
    for (final Leaf leaf : tree.leaves()) {
      if (leaf.status() == dev.coppice.trajectory.LeafStatus.COMPLETED) {
        exact.add(sampledTokens(tree, leaf.node()));
        actions.add(actionSequence(tree, leaf));
      }
    }
  }

  int exactCount() {
    return exact.size();
  }

  int actionCount() {
    return actions.size();
  }

  /** Returns the sampled tokens from the root to a node, two chars each, observations left out. */
  static String sampledTokens(final TrajectoryTree tree, final int end) {
    final StringBuilder key = new StringBuilder();
    for (int id = end; id >= 0; id = tree.node(id).parent()) {
      final TrajectoryNode node = tree.node(id);
      if (node.kind().isSampled()) {
        final int[] tokens = node.tokens();
        for (int i = tokens.length - 1; i >= 0; i--) {
          key.append((char) (tokens[i] >>> 16)).append((char) tokens[i]);
        }
      }
    }
    return key.toString();
  }

  /**
   * Returns the calls from the root to a leaf and its answer.
   *
   * @param tree of the leaf.
   * @param leaf completed.
   * @return a key that is equal for equal action sequences.
   */
  public static String actionSequence(final TrajectoryTree tree, final Leaf leaf) {
    final StringBuilder key = new StringBuilder();
    for (final ToolCall call : callsOnPath(tree, leaf.node())) {
      key.append(call.tool()).append('\u0001').append(call.arguments()).append('\u0002');
    }
    return key.append('\u0003').append(leaf.answer()).toString();
  }

  /** A node is on the path if the path's end lies in its subtree. */
  static List<ToolCall> callsOnPath(final TrajectoryTree tree, final int end) {
    return tree.calls().stream()
        .filter(call -> call.node() <= end && end < tree.subtreeEnd(call.node()))
        .toList();
  }
}
