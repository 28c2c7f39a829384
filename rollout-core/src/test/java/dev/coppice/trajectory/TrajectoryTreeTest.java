package dev.coppice.trajectory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TrajectoryTreeTest {
  private static final Task TASK = new Task("t/0", "{}");

  @Test
  void subtreesAreContiguousAndPathWeightsAddUpToOne() {
    final Random random = new Random(9);
    for (int round = 0; round < 200; round++) {
      final int[] parents = randomPreOrder(random, 1 + random.nextInt(40));
      final TrajectoryTree tree = tree(parents);

      double weight = 0;
      for (int id = 0; id < parents.length; id++) {
        for (int other = 0; other < parents.length; other++) {
          final boolean inside = other >= id && other < tree.subtreeEnd(id);
          assertEquals(isBelow(parents, other, id), inside, "round=" + round);
        }
        weight += tree.leafAt(id) >= 0 ? tree.pathWeight(id) : 0;
      }
      assertEquals(1.0, weight, 1e-12, "round=" + round);
    }
  }

  @Test
  void nodesOutOfOrderAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> tree(new int[] {-1, 0, 1, 0, 1}));
    assertThrows(IllegalArgumentException.class, () -> tree(new int[] {-1, -1}));
  }

  @Test
  void aFailureCarriesNoReward() {
    final RolloutFailure failure =
        new RolloutFailure(RolloutFailure.Boundary.TOOL, "timeout", "no answer");

    assertThrows(
        IllegalArgumentException.class,
        () ->
            new Leaf(0, LeafStatus.TOOL_FAILED, StopReason.FAILURE, 0.0, Map.of(), null, failure));
  }

  private static boolean isBelow(final int[] parents, final int node, final int ancestor) {
    int at = node;
    while (at >= 0 && at != ancestor) {
      at = parents[at];
    }
    return at == ancestor;
  }

  private static int[] randomPreOrder(final Random random, final int size) {
    final int[] parents = new int[size];
    parents[0] = -1;
    for (int id = 1; id < size; id++) {
      int parent = id - 1;
      while (parent > 0 && random.nextInt(3) == 0) {
        parent = parents[parent];
      }
      parents[id] = parent;
    }
    return parents;
  }

  private static TrajectoryTree tree(final int[] parents) {
    final List<TrajectoryNode> nodes = new ArrayList<>();
    final List<Leaf> leaves = new ArrayList<>();
    for (int id = 0; id < parents.length; id++) {
      nodes.add(TrajectoryNode.action(id, parents[id], new int[] {id}, new float[] {-1f}));
      boolean leaf = true;
      for (final int parent : parents) {
        leaf &= parent != id;
      }
      if (leaf) {
        leaves.add(new Leaf(id, LeafStatus.COMPLETED, StopReason.EOS, 1, Map.of(), null, null));
      }
    }
    return new TrajectoryTree(
        new TrajectoryTree.Origin("r", "g", 0),
        TASK,
        SamplingSettings.PLAIN,
        nodes,
        List.of(),
        leaves);
  }
}
