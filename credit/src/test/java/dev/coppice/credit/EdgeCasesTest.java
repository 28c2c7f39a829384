package dev.coppice.credit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.credit.fixture.RandomTrees;
import dev.coppice.credit.fixture.TreeScript;
import dev.coppice.credit.shared.LossAggregation;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.credit.shared.SharedTokens;
import dev.coppice.credit.tool.CallContrasts;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EdgeCasesTest {
  private static GroupAdvantages run(final String name, final TrajectoryGroup group) {
    return Estimators.create(name, Map.of()).estimate(group);
  }

  private static void assertAllZero(final GroupAdvantages advantages, final String what) {
    for (int t = 0; t < advantages.group().trees().size(); t++) {
      for (int n = 0; n < advantages.group().trees().get(t).nodes().size(); n++) {
        final float[] tokens = advantages.nodeAdvantages(t, n);
        for (int i = 0; tokens != null && i < tokens.length; i++) {
          assertEquals(0, Float.floatToRawIntBits(tokens[i]), what + " tree " + t + " node " + n);
        }
      }
    }
  }

  @Test
  void shouldGiveExactlyZeroWhenAllRewardsAreEqual() {
    for (final String name : Estimators.names()) {
      for (long seed = 0; seed < 20; seed++) {
        final TrajectoryGroup group = RandomTrees.equal(seed, 0.1 + 0.1 * seed);
        assertAllZero(run(name, group), name + " seed " + seed);
      }
      assertAllZero(run(name, TreeScript.groupOf(TreeScript.bush(0, 0.1, 0.1, 0.1))), name);
    }
  }

  @Test
  void shouldScoreASingletonGroupByAnExplicitRule() {
    final TrajectoryGroup one = TreeScript.chains(0.7);
    final Map<String, Double> rewarded =
        Map.of("grpo", 0.7 / (1 + 1e-6), "tree-grpo", 1.4 / (1 + 1e-6), "arpo", 0.7 / (1 + 1e-6));

    for (final String name : Estimators.names()) {
      final double want = rewarded.getOrDefault(name, 0.0);
      assertEquals(want, run(name, one).nodeValue(0, 1), 1e-12, name);
    }
    for (final String name : List.of("grpo", "tree-grpo", "arpo", "rloo", "dr-grpo")) {
      final Map<String, String> zero = Map.of("singleton", "zero");
      assertEquals(0.0, Estimators.create(name, zero).estimate(one).nodeValue(0, 1), name);
      final Map<String, String> reward = Map.of("singleton", "reward");
      assertTrue(Estimators.create(name, reward).estimate(one).nodeValue(0, 1) > 0.69, name);
    }
  }

  @Test
  void shouldScoreATreeOfOneLeafByAnExplicitRule() {
    final TrajectoryGroup group =
        TreeScript.groupOf(TreeScript.bush(0, 1, 0), TreeScript.bush(1, 1));
    final Map<String, String> pushed = Map.of("term", "intra");
    final Map<String, String> guarded = Map.of("term", "intra", "singleton", "zero");

    final double raw = Estimators.create("tree-grpo", pushed).estimate(group).leafAdvantage(1, 0);
    final double zero = Estimators.create("tree-grpo", guarded).estimate(group).leafAdvantage(1, 0);
    assertEquals(1 / (1 + 1e-6), raw, 1e-12);
    assertEquals(0.0, zero);
    assertEquals(0.0, run("at2po", group).nodeValue(1, 1));
    assertTrue(run("coppice", group).nodeValue(1, 1) > 0, "compares with the other tree");
  }

  /** A failed trajectory beside others must change nothing for them, whatever its reward says. */
  @Test
  void shouldLeaveFailedAndUnscoredLeavesOutOfEveryBaseline() {
    for (final String name : Estimators.names()) {
      final GroupAdvantages clean = run(name, failing(null, 0));
      for (final LeafStatus status : LeafStatus.values()) {
        final boolean ended = status == LeafStatus.COMPLETED || status == LeafStatus.TRUNCATED;
        final GroupAdvantages failed = run(name, failing(status, ended ? Double.NaN : 0.0));
        final int nodes = clean.group().trees().get(0).nodes().size();
        for (int n = 1; n < nodes; n++) {
          assertEquals(
              clean.nodeValue(0, n), failed.nodeValue(0, n), 0.0, name + " " + status + " " + n);
        }
        for (int n = nodes; n < failed.group().trees().get(0).nodes().size(); n++) {
          assertFalse(failed.isScored(0, n), name + " " + status);
          assertEquals(0.0f, failed.nodeAdvantages(0, n)[0], name + " " + status);
        }
        assertTrue(Double.isNaN(failed.leafAdvantage(0, 4)), name + " " + status);
      }
    }
  }

  private static TrajectoryGroup failing(final LeafStatus status, final double reward) {
    final TreeScript script = new TreeScript(0);
    final int a = script.action(0, 2);
    script.leaf(script.action(a, 1), 1.0).leaf(script.action(a, 1), 0.0);
    final int b = script.action(0, 2);
    script.leaf(script.action(b, 1), 0.0).leaf(script.action(b, 1), 0.0);
    if (status != null) {
      script.leaf(script.action(0, 5), reward, status, Map.of());
    }
    return script.group();
  }

  @Test
  void shouldCountATruncatedTrajectoryThatHasAReward() {
    final TreeScript script = new TreeScript(0);
    script.leaf(script.action(0, 1), 1.0);
    script.leaf(script.action(0, 1), 0.0, LeafStatus.TRUNCATED, Map.of());

    assertEquals(-0.5, run("dr-grpo", script.group()).leafAdvantage(0, 1));
  }

  @Test
  void shouldRefuseInfiniteRewardsByName() {
    final TrajectoryGroup group = TreeScript.chains(1, Double.POSITIVE_INFINITY);
    for (final String name : Estimators.names()) {
      final String message =
          assertThrows(IllegalArgumentException.class, () -> run(name, group)).getMessage();
      assertEquals("reward must be finite: group=g tree=1 node=1 reward=Infinity", message);
    }
  }

  @Test
  void shouldRefuseNaNComponentsAndStepRewardsByName() {
    final TreeScript component = new TreeScript(0);
    component.leaf(component.action(0, 1), 1.0, LeafStatus.COMPLETED, Map.of("x", Double.NaN));
    final TreeScript step = new TreeScript(0);
    step.leaf(step.step(0, "s", Double.NaN), 1.0);

    final String first =
        assertThrows(IllegalArgumentException.class, () -> run("grpo", component.group()))
            .getMessage();
    final String second =
        assertThrows(IllegalArgumentException.class, () -> run("grpo", step.group())).getMessage();
    assertEquals("component x must be finite: group=g tree=0 node=1 component x=NaN", first);
    assertEquals("step_reward must be finite: group=g tree=0 node=1 step_reward=NaN", second);
  }

  @Test
  void shouldWalkAChainOfAHundredThousandNodesWithoutAStack() {
    final TreeScript script = new TreeScript(0);
    int last = 0;
    for (int i = 0; i < 50_000; i++) {
      last = script.observation(i % 5 == 0 ? script.call(last, true) : script.action(last, 1));
    }
    for (final double reward : new double[] {1, 0, 1}) {
      script.leaf(script.action(last, 1), reward);
    }
    final TrajectoryGroup group = TreeScript.groupOf(script.tree(), TreeScript.bush(1, 0, 0));

    for (final String name : Estimators.names()) {
      final AdvantageEstimator estimator = Estimators.create(name, Map.of());
      final GroupAdvantages advantages = estimator.estimate(group);
      assertTrue(Float.isFinite(advantages.nodeAdvantages(0, 1)[0]), name);
      assertFalse(CreditLine.of(advantages, 0).isEmpty(), name);
      assertFalse(estimator.explain(group, 0, 99_999).isEmpty(), name);
    }
    assertFalse(CallContrasts.of(group).isEmpty());
    final SharedTokens shared =
        new SharedTokens(group, SharedTokenRule.WEIGHTED, LossAggregation.SEQ_MEAN_TOKEN_MEAN);
    assertEquals(3, shared.multiplicity(0, 1));
  }

  @Test
  void shouldScoreEmptyGroupsAndTreesWithoutLeaves() {
    final TrajectoryGroup empty = TreeScript.groupOf();
    final TreeScript cut = new TreeScript(0);
    cut.action(0, 3);
    final TrajectoryGroup prompts =
        TreeScript.groupOf(new TreeScript(0).tree(), new TreeScript(1).leaf(0, 0.5).tree());

    for (final String name : Estimators.names()) {
      assertEquals(0, run(name, empty).group().trees().size());
      assertFalse(run(name, cut.group()).isScored(0, 1), name);
      assertEquals(0.0f, run(name, cut.group()).nodeAdvantages(0, 1)[2], name);
      assertEquals(null, run(name, prompts).nodeAdvantages(0, 0), name);
    }
    assertTrue(CallContrasts.of(empty).isEmpty());
    assertEquals(
        0L,
        new SharedTokens(empty, SharedTokenRule.TRAIN_ONCE, LossAggregation.TOKEN_MEAN)
            .packedTokens());
  }

  /** The same tokens drawn twice are two draws; one node with two leaves is a mistake. */
  @Test
  void shouldCountDuplicateLeavesAsDrawsAndRefuseTwoLeavesOnOneNode() {
    final TrajectoryTree twice = TreeScript.bush(0, 1, 1, 0);
    final GroupAdvantages counted = run("dr-grpo", TreeScript.groupOf(twice));
    assertEquals(1 / 3.0, counted.leafAdvantage(0, 0), 1e-12);
    assertEquals(1 / 3.0, counted.leafAdvantage(0, 1), 1e-12);
    assertEquals(-2 / 3.0, counted.leafAdvantage(0, 2), 1e-12);
    final TreeScript script = new TreeScript(0);
    final int node = script.action(0, 1);
    script.leaf(node, 1.0).leaf(node, 1.0);
    assertThrows(IllegalArgumentException.class, script::tree);
  }

  @Test
  void shouldCountALeafThatEndsAtAForkAsOneMoreChild() {
    final TreeScript script = new TreeScript(0);
    final int fork = script.action(0, 1);
    script.leaf(fork, 1.0).leaf(script.action(fork, 1), 0.0).leaf(script.action(fork, 1), 0.0);
    script.leaf(script.action(0, 1), 0.0);

    assertEquals(1 / 3.0, run("coppice", script.group()).nodeValue(0, fork), 1e-12);
    assertEquals(1 / 6.0, run("spo-tree", script.group()).nodeValue(0, fork), 1e-12);
  }
}
