package dev.coppice.bridge.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.fixture.RandomTrees;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.draw.Division;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TreeUnpackerPropertyTest {
  private static final int GROUPS = 400;

  @Test
  void shouldMakeTheTreesThatWerePacked() {
    for (long seed = 1; seed <= GROUPS; seed++) {
      final TrajectoryGroup group = new RandomTrees(seed).group(seed);
      final TrajectoryGroup made = unpacked(group, Division.INDEPENDENT);
      assertEquals(group.trees().size(), made.trees().size(), "seed " + seed);
      for (int i = 0; i < group.trees().size(); i++) {
        assertSame(group.trees().get(i), made.trees().get(i), "seed " + seed + " tree " + i);
      }
    }
  }

  private static TrajectoryGroup unpacked(final TrajectoryGroup group, final Division division) {
    return TreeUnpacker.unpack(TreePacker.pack(new CreditedGroup(group, List.of())), division);
  }

  private static void assertSame(
      final TrajectoryTree tree, final TrajectoryTree made, final String where) {
    assertEquals(tree.nodes().size(), made.nodes().size(), where);
    for (final TrajectoryNode node : tree.nodes()) {
      final String place = where + " node " + node.id();
      final TrajectoryNode copy = made.node(node.id());
      assertEquals(node.parent(), copy.parent(), place);
      assertEquals(node.kind(), copy.kind(), place);
      assertEquals(node.draws(), copy.draws(), place);
      assertEquals(node.versionRuns(), copy.versionRuns(), place);
      assertArrayEquals(node.tokens(), copy.tokens(), place);
      assertArrayEquals(node.logprobs(), copy.logprobs(), place);
      final double weight = tree.pathWeight(node.id());
      assertEquals(weight, made.pathWeight(node.id()), 1e-5 * weight, place);
    }
    assertEquals(tree.leaves().size(), made.leaves().size(), where);
    for (int leaf = 0; leaf < tree.leaves().size(); leaf++) {
      assertEquals(tree.leaves().get(leaf).node(), made.leaves().get(leaf).node(), where);
      assertEquals(tree.leaves().get(leaf).draws(), made.leaves().get(leaf).draws(), where);
      assertEquals(tree.leaves().get(leaf).status(), made.leaves().get(leaf).status(), where);
      assertEquals(
          (float) tree.leaves().get(leaf).reward(),
          (float) made.leaves().get(leaf).reward(),
          where);
    }
  }

  @Test
  void shouldGiveATrainerTheCreditThatTheEngineWouldGive() {
    int compared = 0;
    for (long seed = 1; seed <= GROUPS; seed++) {
      final TrajectoryGroup group = new RandomTrees(seed).group(seed);
      final Division division = group.trees().getFirst().division();
      if (group.trees().stream().allMatch(tree -> tree.division() == division)) {
        for (final String baseline : List.of("node", "outside")) {
          compared += compare(group, division, baseline, "seed " + seed + " " + baseline);
        }
      }
    }
    assertTrue(compared > 1_000, "nodes compared: " + compared);
  }

  private static int compare(
      final TrajectoryGroup group,
      final Division division,
      final String baseline,
      final String where) {
    final AdvantageEstimator estimator =
        Estimators.create("turn-share", Map.of("lambda", "1", "tool", "off", "baseline", baseline));
    final GroupAdvantages there = estimator.estimate(group);
    final GroupAdvantages here = estimator.estimate(unpacked(group, division));
    int compared = 0;
    for (int tree = 0; tree < group.trees().size(); tree++) {
      for (final TrajectoryNode node : group.trees().get(tree).nodes()) {
        if (node.kind().isSampled()) {
          assertEquals(
              there.nodeValue(tree, node.id()),
              here.nodeValue(tree, node.id()),
              1e-5,
              where + " tree " + tree + " node " + node.id());
          compared++;
        }
      }
    }
    return compared;
  }
}
