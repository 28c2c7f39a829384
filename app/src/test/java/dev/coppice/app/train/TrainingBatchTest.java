package dev.coppice.app.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.TreeSamples;
import dev.coppice.app.config.ConfigException;
import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.TreePacker;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.credit.shared.LossAggregation;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.credit.shared.SharedTokens;
import dev.coppice.training.policy.PolicyNode;
import dev.coppice.trajectory.NodeMark;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TrainingBatchTest {
  private static final double TOLERANCE = 1e-7;

  /** Two trees: a fork of three and one of two, with rewards that differ. */
  private static TrajectoryGroup mixed() {
    return group(
        "g1", List.of(end("a", 1), end("b", 0), end("c", 0)), List.of(end("a", 1), end("d", 1)));
  }

  private static TreeSamples.End end(final String call, final double reward) {
    return new TreeSamples.End(call, "x", reward);
  }

  @SafeVarargs
  private static TrajectoryGroup group(final String id, final List<TreeSamples.End>... ends) {
    final List<TrajectoryTree> trees = new ArrayList<>();
    for (int i = 0; i < ends.length; i++) {
      trees.add(TreeSamples.tree("tree", id, i, 7, ends[i]));
    }
    return new TrajectoryGroup(id, trees.getFirst().task(), trees);
  }

  private static PackedGroup packed(final TrajectoryGroup group, final String estimator) {
    final GroupAdvantages advantages = Estimators.create(estimator, Map.of()).estimate(group);
    final List<CreditBlock> blocks = new ArrayList<>();
    for (int tree = 0; tree < group.trees().size(); tree++) {
      blocks.add(CreditBlock.of(advantages, tree));
    }
    return TreePacker.pack(new CreditedGroup(group, blocks));
  }

  @Test
  void shouldWeighSharedTokensAsTheCreditModuleSaysUnderBothRules() {
    for (final SharedTokenRule rule :
        List.of(SharedTokenRule.TRAIN_ONCE, SharedTokenRule.WEIGHTED)) {
      final TrajectoryGroup group = mixed();
      final PackedGroup packed = packed(group, "coppice");
      final SharedTokens expected = new SharedTokens(group, rule, LossAggregation.TOKEN_MEAN);
      final List<PolicyNode> nodes =
          TrainingBatch.of(List.of(packed), rule, 0).trees().getFirst().nodes();

      for (int i = 0; i < nodes.size(); i++) {
        final int tree = packed.nodes().get(i).origin().tree();
        final int node = packed.nodes().get(i).origin().source();
        final boolean sampled = group.trees().get(tree).node(node).kind().isSampled();
        final double weight = sampled ? expected.weight(tree, node) : 0;
        for (final float value : nodes.get(i).coefficients().weight()) {
          assertEquals(weight, value, TOLERANCE, "rule=" + rule + " row=" + i);
        }
      }
    }
  }

  @Test
  void shouldPushOneCoalescedTreeAsTheSeparateTreesItStandsFor() {
    for (final SharedTokenRule rule :
        List.of(SharedTokenRule.TRAIN_ONCE, SharedTokenRule.WEIGHTED)) {
      for (final boolean byLeaf : List.of(true, false)) {
        for (int seed = 0; seed < 200; seed++) {
          final String what = "seed=" + seed + " rule=" + rule + " byLeaf=" + byLeaf;
          final DrawnGroups drawn = new DrawnGroups(seed, byLeaf);
          final TrainingBatch one = TrainingBatch.of(List.of(drawn.coalesced()), rule, 0);
          final TrainingBatch many = TrainingBatch.of(List.of(drawn.separate()), rule, 0);

          assertEquals(many.rms(), one.rms(), 1e-6, what);
          assertEquals(many.rowTokens(), one.rowTokens(), what);
          assertTrue(one.trainedTokens() <= many.trainedTokens(), what);
          final Map<Integer, double[]> expected = DrawnGroups.byToken(many);
          final Map<Integer, double[]> found = DrawnGroups.byToken(one);
          assertEquals(expected.keySet(), found.keySet(), what);
          expected.forEach(
              (token, sums) -> assertArrayEquals(sums, found.get(token), 1e-5, what + " " + token));
        }
      }
    }
  }

  @Test
  void shouldRefuseOrMaskMarkedNodesAndNameTheMarkAndTheKey() {
    final TrajectoryGroup group = mixed();
    final TrajectoryTree tree = group.trees().getFirst();
    for (final NodeMark mark : NodeMark.values()) {
      final List<TrajectoryNode> nodes = new ArrayList<>(tree.nodes());
      nodes.set(2, nodes.get(2).with(1, Set.of(mark)));
      final TrajectoryTree marked =
          new TrajectoryTree(
              new TrajectoryTree.Origin(tree.run(), tree.group(), tree.tree()),
              tree.task(),
              tree.sampling(),
              nodes,
              tree.calls(),
              tree.leaves());
      final List<PackedGroup> packed =
          List.of(packed(new TrajectoryGroup("g1", tree.task(), List.of(marked)), "grpo"));

      assertEquals(packed, MarkRule.KEEP.apply(packed));
      final int before = masked(packed);
      if (mark == NodeMark.MIXED_VERSION) {
        assertEquals(before, masked(MarkRule.REFUSE.apply(packed)));
        assertEquals(before, masked(MarkRule.MASK.apply(packed)));
      } else {
        final ConfigException refused =
            assertThrows(ConfigException.class, () -> MarkRule.REFUSE.apply(packed));
        assertTrue(refused.getMessage().contains("marked " + mark.wireName()));
        assertTrue(refused.getMessage().contains("train.marks"), refused.getMessage());
        assertEquals(before - 10, masked(MarkRule.MASK.apply(packed)));
      }
    }
  }

  private static int masked(final List<PackedGroup> groups) {
    int count = 0;
    for (final NodeRow row : groups.getFirst().nodes()) {
      for (final byte mask : row.columns().lossMask()) {
        count += mask;
      }
    }
    return count;
  }

  @Test
  void shouldSumWhatEveryRowOfTheFlatFormWouldPush() {
    final TrajectoryGroup group = mixed();
    final GroupAdvantages advantages = Estimators.create("grpo", Map.of()).estimate(group);
    final SharedTokens shared =
        new SharedTokens(group, SharedTokenRule.TRAIN_ONCE, LossAggregation.TOKEN_MEAN);
    final double[][] expected = shared.leafCoefficients(advantages);
    final PackedGroup packed = packed(group, "grpo");
    final TrainingBatch batch = TrainingBatch.of(List.of(packed), SharedTokenRule.TRAIN_ONCE, 0);
    final List<PolicyNode> nodes = batch.trees().getFirst().nodes();

    for (int i = 1; i < nodes.size(); i++) {
      final int tree = packed.nodes().get(i).origin().tree();
      final int node = packed.nodes().get(i).origin().source();
      final double pushed =
          (nodes.get(i).coefficients().positive()[0] + nodes.get(i).coefficients().negative()[0])
              * batch.rms();
      assertEquals(expected[tree][node], pushed, TOLERANCE, "row=" + i);
    }
    assertTrue(
        nodes.get(1).coefficients().positive()[0] > 0
            && nodes.get(1).coefficients().negative()[0] < 0,
        "the trunk has both");
  }

  @Test
  void shouldCountAGroupWithoutAnyAdvantageAndNotComputeIt() {
    final PackedGroup alike = packed(group("g2", List.of(end("a", 1), end("b", 1))), "grpo");
    final PackedGroup mixed = packed(mixed(), "grpo");
    final TrainingBatch both =
        TrainingBatch.of(List.of(alike, mixed), SharedTokenRule.TRAIN_ONCE, 0);
    final TrainingBatch alone = TrainingBatch.of(List.of(mixed), SharedTokenRule.TRAIN_ONCE, 0);

    assertEquals(1, both.trees().size());
    assertEquals(alone.rowTokens() + 2 * 17, both.rowTokens());
    assertEquals(
        (double) alone.rowTokens() / both.rowTokens(),
        both.trees().getFirst().nodes().get(1).coefficients().weight()[0]
            / alone.trees().getFirst().nodes().get(1).coefficients().weight()[0],
        TOLERANCE * 10);
    assertEquals(
        List.of(), TrainingBatch.of(List.of(alike), SharedTokenRule.TRAIN_ONCE, 0).trees());
  }

  @Test
  void shouldMarkTokensThatOtherWeightsSampled() {
    final PackedGroup packed = packed(mixed(), "grpo");

    assertNull(
        TrainingBatch.of(List.of(packed), SharedTokenRule.TRAIN_ONCE, 0)
            .trees()
            .getFirst()
            .nodes()
            .get(1)
            .stale());
    final List<PolicyNode> later =
        TrainingBatch.of(List.of(packed), SharedTokenRule.TRAIN_ONCE, 3).trees().getFirst().nodes();
    assertNull(later.get(0).stale(), "prompts are sampled by nobody");
    assertArrayEquals(
        new boolean[] {true, true, true, true, true, true, true}, later.get(1).stale());
  }

  @Test
  void shouldScaleAdvantagesToARootMeanSquareOfOne() {
    final PackedGroup packed = packed(mixed(), "rloo");
    final TrainingBatch batch = TrainingBatch.of(List.of(packed), SharedTokenRule.TRAIN_ONCE, 0);
    double squares = 0;
    double weights = 0;
    for (final PolicyNode node : batch.trees().getFirst().nodes()) {
      for (int i = 0; i < node.coefficients().weight().length; i++) {
        final double push = node.coefficients().positive()[i] + node.coefficients().negative()[i];
        squares +=
            node.coefficients().weight()[i] == 0
                ? 0
                : push * push / node.coefficients().weight()[i];
        weights += node.coefficients().weight()[i];
      }
    }

    assertEquals(1, weights, 1e-6);
    assertEquals(1, squares, 1e-6);
  }
}
