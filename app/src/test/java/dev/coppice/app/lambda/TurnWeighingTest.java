package dev.coppice.app.lambda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.coppice.bridge.fixture.RandomTrees;
import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.TreePacker;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.share.LambdaRule;
import dev.coppice.draw.Division;
import dev.coppice.training.policy.UpdateReport;
import dev.coppice.trajectory.TrajectoryGroup;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

class TurnWeighingTest {
  private static final int GROUPS = 60;
  private static final LambdaRule LITTLE_NOISE = new LambdaRule(20, 1, 0.001);
  private static final LongFunction<Division> INDEPENDENT = number -> Division.INDEPENDENT;
  private static final AdvantageEstimator SHARED =
      Estimators.create(
          "turn-share",
          Map.of("tool", "off", "shares", "9x0.25 9x0.25 9x0.05 9x0.01 0x0 0x0 0x0 0x0 0x0"));

  @Test
  void shouldLeaveABatchAsItIsWhileNoiseExceedsTheBias() {
    final List<PackedGroup> groups = List.of(packed(group(1), SHARED));
    final TurnWeighing weighing = TurnWeighing.of(SHARED, LambdaRule.START);
    assertSame(groups, weighing.apply(groups, INDEPENDENT));
    assertEquals(new TurnWeighing.Use("share", null), weighing.use());

    weighing.learn(new UpdateReport.Halves(2, 5));
    assertEquals(new TurnWeighing.Use("share", 2.5), weighing.use());
    assertEquals(new LambdaRule(1, 2, 5), weighing.rule());
  }

  @Test
  void shouldTakeTheWeightsAwayWhereTheBiasOutweighsTheNoise() {
    final AdvantageEstimator plain = SHARED.with(Map.of("lambda", "1"));
    final TurnWeighing weighing = TurnWeighing.of(SHARED, LITTLE_NOISE);
    assertEquals("1", weighing.use().lambda());
    for (long seed = 1; seed <= GROUPS; seed++) {
      final PackedGroup expected = packed(group(seed), plain);
      final PackedGroup made =
          weighing.apply(List.of(packed(group(seed), SHARED)), INDEPENDENT).getFirst();
      for (int i = 0; i < made.nodes().size(); i++) {
        final NodeRow row = made.nodes().get(i);
        final float[] wanted = expected.nodes().get(i).columns().advantages();
        final String where = "seed " + seed + " row " + i;
        if (wanted == null) {
          assertNull(row.columns().advantages(), where);
        } else {
          assertArrayEquals(wanted, row.columns().advantages(), 1e-5f, where);
        }
      }
      assertEquals(expected.leaves(), made.leaves(), "seed " + seed);
    }
  }

  @Test
  void shouldLeaveEstimatorsAloneThatWeighNoTurns() {
    final List<PackedGroup> groups = List.of(packed(group(1), SHARED));
    for (final AdvantageEstimator other :
        List.of(
            Estimators.create("rloo", Map.of()),
            Estimators.create("turn-share", Map.of("lambda", "1")))) {
      final TurnWeighing weighing = TurnWeighing.of(other, LITTLE_NOISE);
      assertSame(groups, weighing.apply(groups, INDEPENDENT));
      assertEquals(new TurnWeighing.Use("", null), weighing.use());
      weighing.learn(new UpdateReport.Halves(1, 5));
      assertEquals(LITTLE_NOISE, weighing.rule());
    }
  }

  /** A group whose trees are all divided independently. */
  private static TrajectoryGroup group(final long seed) {
    for (long other = seed; ; other += 1_000) {
      final TrajectoryGroup group = new RandomTrees(other).group(seed);
      if (group.trees().stream().allMatch(tree -> tree.division() == Division.INDEPENDENT)) {
        return group;
      }
    }
  }

  private static PackedGroup packed(
      final TrajectoryGroup group, final AdvantageEstimator estimator) {
    return TreePacker.pack(new CreditedGroup(group, CreditBlock.of(estimator.estimate(group))));
  }
}
