package dev.coppice.credit.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.credit.fixture.TreeScript;
import dev.coppice.trajectory.TrajectoryGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CallContrastsTest {
  private static final double FIRST = 0.4;
  private static final double SECOND = 0.3;
  private static final long SEED = 20261121L;

  /**
   * Grows a right and a wrong first call, each with six second calls right by a coin, four ends
   * each; noise on every end. Planted: what each call adds to the reward.
   */
  private static TrajectoryGroup planted(final Random random, final List<Double> truths) {
    final TreeScript script = new TreeScript(0);
    for (int first = 0; first < 2; first++) {
      final boolean right = first == 0;
      final int a = script.observation(script.call(0, right));
      truths.add(right ? FIRST : -FIRST);
      final boolean[] coins = new boolean[6];
      int heads = 0;
      for (int s = 0; s < coins.length; s++) {
        coins[s] = random.nextBoolean();
        heads += coins[s] ? 1 : 0;
      }
      for (final boolean coin : coins) {
        final int b = script.observation(script.call(a, coin));
        final double others = (heads - (coin ? 1 : 0)) / 5.0;
        truths.add(SECOND * ((coin ? 1 : 0) - others));
        for (int leaf = 0; leaf < 4; leaf++) {
          final double noise = 0.3 * random.nextGaussian();
          final double reward = (right ? FIRST : 0) + (coin ? SECOND : 0) + noise;
          script.leaf(script.action(b, 2), reward);
        }
      }
    }
    return script.group();
  }

  @Test
  void shouldCoverThePlantedValueInNinetyOfAHundredRuns() {
    final Random random = new Random(SEED);
    final int[] covered = new int[14];
    for (int run = 0; run < 100; run++) {
      final List<Double> truths = new ArrayList<>();
      final TrajectoryGroup group = planted(random, truths);
      final List<CallContrast> contrasts = CallContrasts.of(group);
      assertEquals(truths.size(), contrasts.size());
      for (int c = 0; c < covered.length; c++) {
        covered[c] += contrasts.get(c).covers(truths.get(c), 0.95) ? 1 : 0;
      }
    }
    System.out.println(
        "call contrasts covered, of 100 runs: " + java.util.Arrays.toString(covered));
    for (int c = 0; c < covered.length; c++) {
      assertTrue(covered[c] >= 90, "seed " + SEED + " call " + c + " covered " + covered[c]);
    }
  }

  /** Too narrow an interval must be caught, else the coverage test says nothing. */
  @Test
  void shouldNotCoverWhenTheIntervalIsHalfAsWide() {
    final Random random = new Random(SEED);
    int covered = 0;
    for (int run = 0; run < 100; run++) {
      final List<Double> truths = new ArrayList<>();
      final CallContrast c = CallContrasts.of(planted(random, truths)).get(0);
      covered += Math.abs(truths.get(0) - c.advantage()) <= c.halfWidth(0.95) / 2 ? 1 : 0;
    }
    assertTrue(covered < 90, "seed " + SEED + " covered " + covered);
  }

  @Test
  void shouldGiveAWrongCallBesideARightOneInOneTrajectoryAnotherSign() {
    final TreeScript script = new TreeScript(0);
    final int right = script.call(0, true);
    final int seen = script.observation(right);
    final int wrongNext = script.call(seen, false);
    script.leaf(script.action(wrongNext, 1), 0.4).leaf(script.action(wrongNext, 1), 0.6);
    final int rightNext = script.call(seen, true);
    script.leaf(script.action(rightNext, 1), 0.9).leaf(script.action(rightNext, 1), 1.0);
    final int wrong = script.call(0, false);
    script.leaf(script.action(wrong, 1), 0.1).leaf(script.action(wrong, 1), 0.0);
    final TrajectoryGroup group = script.group();

    final List<CallContrast> contrasts = CallContrasts.of(group);
    final GroupAdvantages on = Estimators.create("coppice", Map.of()).estimate(group);
    final GroupAdvantages off = Estimators.create("coppice", Map.of("tool", "off")).estimate(group);

    assertEquals(List.of(0, 1, 2, 3), contrasts.stream().map(CallContrast::call).toList());
    assertEquals(0.725 - 0.05, contrasts.get(0).advantage(), 1e-12);
    assertEquals(0.5 - 0.95, contrasts.get(1).advantage(), 1e-12);
    assertTrue(on.nodeAdvantages(0, right)[2] > 0);
    assertTrue(on.nodeAdvantages(0, wrongNext)[2] < 0);
    assertEquals(-0.45f, on.nodeAdvantages(0, wrongNext)[2], 1e-6f);
    assertEquals(off.nodeAdvantages(0, wrongNext)[0], on.nodeAdvantages(0, wrongNext)[0]);
    assertEquals(off.nodeAdvantages(0, wrongNext)[0], off.nodeAdvantages(0, wrongNext)[2]);
    assertFalse(on.nodeAdvantages(0, wrongNext)[0] == on.nodeAdvantages(0, wrongNext)[2]);
  }

  @Test
  void shouldExplainACallWithItsStandardError() {
    final TrajectoryGroup group = planted(new Random(SEED), new ArrayList<>());
    final CallContrast first = CallContrasts.of(group).get(0);

    final List<String> lines = Estimators.create("coppice", Map.of()).explain(group, 0, 1);

    final String want =
        String.format(
            java.util.Locale.ROOT,
            "call 0 against 1 sibling subtrees: %.6g, standard error %.3g (10 degrees of freedom)",
            first.advantage(),
            first.standardError());
    assertTrue(lines.contains(want), lines.toString());
  }

  @Test
  void shouldContrastOnlyTheFirstCallAfterAFork() {
    final TreeScript script = new TreeScript(0);
    final int second = script.call(script.observation(script.call(0, true)), false);
    script.leaf(second, 1.0);
    script.leaf(script.call(0, true), 0.0);

    final List<CallContrast> contrasts = CallContrasts.of(script.group());

    assertEquals(List.of(0, 2), contrasts.stream().map(CallContrast::call).toList());
    assertTrue(Double.isNaN(contrasts.get(0).standardError()), "one draw each tells no error");
    assertFalse(contrasts.get(0).covers(1.0, 0.95));
  }

  @Test
  void shouldPayToolPoCallsByMeanOrUpToACapWhenAskedTo() {
    final TreeScript spam = new TreeScript(0);
    final int three = spam.call(spam.call(spam.call(0, true), true), true);
    spam.leaf(three, 0.0);
    final TreeScript one = new TreeScript(1);
    one.leaf(one.call(0, true), 0.0);
    final TrajectoryGroup group = TreeScript.groupOf(spam.tree(), one.tree());

    assertEquals(0.5f, toolToken(group, Map.of()), 1e-6f);
    assertEquals(0.0f, toolToken(group, Map.of("calls", "mean")), 1e-6f);
    assertEquals(0.25f, toolToken(group, Map.of("cap", "2")), 1e-6f);
  }

  @Test
  void shouldTakeAWholeNodeForItsCallWhereNoSpansAreMarked() {
    final TreeScript script = new TreeScript(0);
    final int called = script.action(0, 3);
    script.callOf(called, 7);
    script.leaf(called, 1.0).leaf(script.action(0, 1), 0.0);

    final GroupAdvantages toolpo = Estimators.create("toolpo", Map.of()).estimate(script.group());

    assertEquals(0.75f, toolpo.nodeAdvantages(0, called)[0]);
    assertEquals(-0.5f, toolpo.nodeAdvantages(0, called + 1)[0], "made no call");
    assertEquals(7, CallContrasts.of(script.group()).get(0).call());
  }

  /** Folds are marked by their node's kind, calls by their span, and both carry the channel. */
  @Test
  void shouldPutTheToolChannelOnFoldsAndOnCallsAlone() {
    final TreeScript script = new TreeScript(0);
    final int fold = script.fold(script.observation(script.call(0, true)), 2);
    script.leaf(fold, 1.0).leaf(script.action(0, 1), 0.0);

    final GroupAdvantages toolpo = Estimators.create("toolpo", Map.of()).estimate(script.group());

    assertEquals(0.75f, toolpo.nodeAdvantages(0, fold)[1]);
    assertEquals(0.5f, toolpo.nodeAdvantages(0, 1)[1]);
    assertEquals(0.75f, toolpo.nodeAdvantages(0, 1)[2]);
    assertEquals(0.5, toolpo.nodeValue(0, fold));
  }

  private static float toolToken(final TrajectoryGroup group, final Map<String, String> options) {
    return Estimators.create("toolpo", options).estimate(group).nodeAdvantages(0, 1)[3];
  }

  @Test
  void shouldMatchTheTablesOfStudentsT() {
    assertEquals(12.706205, StudentT.quantile(0.975, 1), 1e-5);
    assertEquals(4.302653, StudentT.quantile(0.975, 2), 1e-5);
    assertEquals(3.182446, StudentT.quantile(0.975, 3), 1e-5);
    assertEquals(2.228139, StudentT.quantile(0.975, 10), 1e-5);
    assertEquals(1.962339, StudentT.quantile(0.975, 1000), 1e-5);
    assertEquals(2.763262, StudentT.quantile(0.995, 28), 1e-5);
    assertTrue(Double.isNaN(StudentT.quantile(0.975, 0)));
  }
}
