package dev.coppice.engine;

import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;

/** Reads tokens along paths. */
final class Paths {
  private Paths() {}

  static List<Integer> first(final TrajectoryTree tree) {
    return to(tree, tree.leaves().getFirst().node());
  }

  static List<Integer> to(final TrajectoryTree tree, final int leafNode) {
    final List<Integer> tokens = new ArrayList<>();
    for (int id = leafNode; id >= 0; id = tree.node(id).parent()) {
      final TrajectoryNode node = tree.node(id);
      for (int i = node.length() - 1; i >= 0; i--) {
        tokens.addFirst(node.tokens()[i]);
      }
    }
    return tokens;
  }
}
