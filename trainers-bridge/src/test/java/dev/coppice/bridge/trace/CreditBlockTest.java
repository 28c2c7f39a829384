package dev.coppice.bridge.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.coppice.bridge.fixture.RandomTrees;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.draw.Division;
import dev.coppice.plug.Plugs;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CreditBlockTest {
  @Test
  void shouldCarryEveryEstimatorsCreditThroughATraceWithoutChangingABit() {
    for (final String estimator : Estimators.names()) {
      for (int seed = 0; seed < 15; seed++) {
        final TrajectoryGroup group = new RandomTrees(seed).group(seed);
        if (isRefused(estimator, group)) {
          final AdvantageEstimator refusing = Estimators.create(estimator, Map.of());
          assertThrows(IllegalArgumentException.class, () -> refusing.estimate(group));
          continue;
        }
        final GroupAdvantages advantages = Estimators.create(estimator, Map.of()).estimate(group);
        final List<CreditBlock> blocks = CreditBlock.of(advantages);

        for (int place = 0; place < group.trees().size(); place++) {
          final TrajectoryTree tree = group.trees().get(place);
          final byte[] line = TraceWriter.line(tree, List.of(blocks.get(place)));
          final CreditBlock read =
              TraceReader.parseTrace(new String(line, StandardCharsets.UTF_8)).credit().getFirst();

          final String where = "estimator=" + estimator + " seed=" + seed + " tree=" + place;
          assertEquals(advantages.options(), read.options(), where);
          for (final TrajectoryNode node : tree.nodes()) {
            assertArrayEquals(
                advantages.nodeAdvantages(place, node.id()), read.advantagesOf(node.id()), where);
          }
          assertSameLeaves(advantages, place, read, where);
        }
      }
    }
  }

  private static boolean isRefused(final String estimator, final TrajectoryGroup group) {
    final boolean isDivided =
        group.trees().stream()
            .anyMatch(tree -> tree.division() == Division.SYSTEMATIC && tree.draws() > 1);
    return isDivided && Plugs.of(EstimatorPlug.KIND).find(estimator).needsIndependentDraws();
  }

  private static void assertSameLeaves(
      final GroupAdvantages advantages,
      final int place,
      final CreditBlock read,
      final String where) {
    final TrajectoryTree tree = advantages.group().trees().get(place);
    for (int i = 0; i < tree.leaves().size(); i++) {
      assertEquals(
          advantages.leafAdvantage(place, i),
          read.advantageOfLeaf(tree.leaves().get(i).node()),
          where);
    }
  }

  @Test
  void shouldAnswerNothingForNodesWithoutCredit() {
    final CreditBlock block =
        new CreditBlock(
            "x", Map.of(), List.of(new CreditBlock.NodeAdvantages(3, new float[2])), List.of());

    assertNull(block.advantagesOf(2));
    assertEquals(2, block.advantagesOf(3).length);
    assertEquals(Double.NaN, block.advantageOfLeaf(3));
  }

  @Test
  void shouldFindNodesGivenInAnyOrderAndRefuseANodeGivenTwice() {
    final CreditBlock.NodeAdvantages five = new CreditBlock.NodeAdvantages(5, new float[5]);
    final CreditBlock.NodeAdvantages two = new CreditBlock.NodeAdvantages(2, new float[2]);
    final CreditBlock block = new CreditBlock("x", Map.of(), List.of(five, two), List.of());

    assertEquals(5, block.advantagesOf(5).length);
    assertEquals(2, block.advantagesOf(2).length);
    assertThrows(
        IllegalArgumentException.class,
        () -> new CreditBlock("x", Map.of(), List.of(five, five), List.of()));
  }
}
