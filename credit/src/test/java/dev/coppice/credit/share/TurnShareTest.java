package dev.coppice.credit.share;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.credit.SharesInOrder;
import dev.coppice.credit.fixture.CoalescedTrees;
import dev.coppice.credit.fixture.TreeScript;
import dev.coppice.credit.forest.Forest;
import dev.coppice.trajectory.TrajectoryGroup;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TurnShareTest {
  private static final double EXACT = 1e-12;

  /** Two trees of one turn, then a fork of two in the first. */
  private static TrajectoryGroup forked() {
    final TreeScript first = new TreeScript(0);
    final int fork = first.observation(first.action(0, 2));
    first.leaf(first.action(fork, 1), 1.0);
    first.leaf(first.action(fork, 1), 0.0);
    final TreeScript second = new TreeScript(1);
    second.leaf(second.action(second.observation(second.action(0, 3)), 1), 0.25);
    return TreeScript.groupOf(first.tree(), second.tree());
  }

  private static GroupAdvantages score(final TrajectoryGroup group, final String... options) {
    return create(options).estimate(group);
  }

  private static AdvantageEstimator create(final String... options) {
    final Map<String, String> map = new java.util.HashMap<>();
    for (final String option : options) {
      map.put(option.split("=")[0], option.substring(option.indexOf('=') + 1));
    }
    return Estimators.create("turn-share", map);
  }

  /** A leaf of weight 1/4 against the rest: (0 + 2 * 0.25) / 4 over 3/4. */
  @Test
  void shouldLeaveOutAllLeavesOfADrawAndNothingElse() {
    final GroupAdvantages got = score(forked(), "baseline=outside", "lambda=1");

    assertEquals(0.5 - 0.25, got.nodeValue(0, 1), EXACT);
    assertEquals(0.25 - 0.5, got.nodeValue(1, 1), EXACT);
    assertEquals(1.0 - 0.125 / 0.75, got.nodeValue(0, 3), EXACT);
    assertEquals(0.0 - 0.375 / 0.75, got.nodeValue(0, 4), EXACT);
  }

  /** The fork's own draws, and the other tree as one draw more. */
  @Test
  void shouldShrinkAStatesBaselineToWhatIsOutside() {
    final GroupAdvantages got = score(forked(), "lambda=1");

    assertEquals(1.0 - (0.0 + 0.25) / 2, got.nodeValue(0, 3), EXACT);
    assertEquals(0.0 - (1.0 + 0.25) / 2, got.nodeValue(0, 4), EXACT);
    assertEquals(0.25, got.nodeValue(0, 1), EXACT);
  }

  @Test
  void shouldGiveNothingWhereNothingContrasts() {
    final TreeScript script = new TreeScript(0);
    final int turn = script.observation(script.action(0, 2));
    script.leaf(script.action(turn, 1), 1.0);
    for (final String baseline : List.of("node", "outside")) {
      final GroupAdvantages got = score(script.group(), "baseline=" + baseline);
      assertEquals(0.0, got.nodeValue(0, 1), 0.0);
      assertEquals(0.0, got.nodeValue(0, 3), 0.0);
    }
  }

  /** Chains that part in one tree are scored as the same chains in trees of their own. */
  @Test
  void shouldScoreCoalescedDrawsAsSeparateOnes() {
    for (long seed = 0; seed < 300; seed++) {
      final TrajectoryGroup group = CoalescedTrees.group(seed);
      final CoalescedTrees.Expansion slow = CoalescedTrees.expand(group);
      for (final String baseline : List.of("node", "outside")) {
        final GroupAdvantages fast = score(group, "lambda=1", "tool=off", "baseline=" + baseline);
        final GroupAdvantages copies =
            score(slow.group(), "lambda=1", "tool=off", "baseline=" + baseline);
        compare("seed " + seed + " " + baseline, group, slow, fast, copies);
      }
    }
  }

  private static void compare(
      final String what,
      final TrajectoryGroup group,
      final CoalescedTrees.Expansion slow,
      final GroupAdvantages fast,
      final GroupAdvantages copies) {
    for (int t = 0; t < group.trees().size(); t++) {
      final double[] sum = new double[group.trees().get(t).nodes().size()];
      final int[] count = new int[sum.length];
      for (int s = 0; s < slow.tree().length; s++) {
        for (int n = 0; slow.tree()[s] == t && n < slow.node()[s].length; n++) {
          if (copies.isScored(s, n)) {
            sum[slow.node()[s][n]] += copies.nodeValue(s, n);
            count[slow.node()[s][n]]++;
          }
        }
      }
      for (int n = 0; n < sum.length; n++) {
        if (count[n] > 0) {
          assertEquals(sum[n] / count[n], fast.nodeValue(t, n), 1e-9, what + " node " + n);
        }
      }
    }
  }

  /** All pairs of separate chains by hand, with tokens that make them agree or not. */
  @Test
  void shouldMeasureVariancesOverPairsThatAgree() {
    for (long seed = 0; seed < 200; seed++) {
      final TrajectoryGroup group = CoalescedTrees.group(seed);
      final String coalesced = create().observe(group);
      final String separate = create().observe(CoalescedTrees.expand(group).group());
      final double[] fast = PairVariances.parse(coalesced);
      final double[] slow = PairVariances.parse(separate);
      for (int u = 0; u < fast.length; u++) {
        assertEquals(slow[u], fast[u], 1e-9, "seed " + seed + " class " + u);
      }
    }
    final double[] left = PairVariances.parse(create().observe(forked()));
    // (1, 0.25) and (0, 0.25): pairs across the trees; the fork's own pair counts from class 1 on,
    // as its leaves
    // have equal tokens.
    assertEquals((0.75 * 0.75 + 0.25 * 0.25) / 4, left[0], EXACT);
    assertEquals(0.5, left[2], EXACT);
    assertEquals(0.5, left[3], EXACT);
  }

  @Test
  void shouldLearnInTheOrderOfNumbersWhateverTheOrderOfEnds() {
    final AdvantageEstimator estimator = create();
    final SharesInOrder straight = new SharesInOrder(estimator, 3, "");
    final SharesInOrder mixed = new SharesInOrder(estimator, 3, "");
    final SplittableRandom random = new SplittableRandom(3);
    final List<Integer> order = new java.util.ArrayList<>();
    for (int g = 0; g < 40; g++) {
      straight.add(g, estimator.observe(CoalescedTrees.group(g)));
      order.add(Math.min(g, random.nextInt(g + 1)), g);
    }
    assertTrue(mixed.isReady(2));
    assertTrue(!mixed.isReady(3));
    for (final int g : order) {
      mixed.add(g, estimator.observe(CoalescedTrees.group(g)));
    }
    assertEquals(straight.learned(), mixed.learned());
    assertEquals(straight.before(40), mixed.before(40));
    final GroupAdvantages once = straight.at(40, Map.of()).estimate(CoalescedTrees.group(40));
    final String block = once.options().get("shares");
    final GroupAdvantages again = create("shares=" + block).estimate(CoalescedTrees.group(40));
    assertEquals(straight.before(40), block);
    assertEquals(once.nodeValue(0, 1), again.nodeValue(0, 1), 0.0);
    assertEquals(once.options().get("pairs"), again.options().get("pairs"));
  }

  @Test
  void shouldWeighTurnsByWhatTheyDecide() {
    final String shares = "9x0.25 9x0.25 9x0.05 9x0.0 0x0 0x0 0x0 0x0 0x0";
    final GroupAdvantages plain = score(forked(), "baseline=outside", "lambda=1");
    final GroupAdvantages got =
        score(forked(), "baseline=outside", "decision=0", "shares=" + shares);

    assertEquals(0.8 * plain.nodeValue(0, 1), got.nodeValue(0, 1), EXACT);
    assertEquals(0.2 * plain.nodeValue(0, 3), got.nodeValue(0, 3), EXACT);
    final List<String> lines = create("shares=" + shares).explain(forked(), 0, 1);
    assertTrue(lines.toString().contains("lambda"), lines.toString());
    assertTrue(lines.toString().contains("baseline"), lines.toString());
    assertTrue(lines.toString().contains("share of class 1: 0.8"), lines.toString());
  }

  @Test
  void shouldRefuseSharesThatAreNone() {
    assertThrows(IllegalArgumentException.class, () -> create("shares=3x1"));
    assertThrows(IllegalArgumentException.class, () -> create("floor=2"));
    assertThrows(IllegalArgumentException.class, () -> create("lambda=2"));
  }

  @Test
  void shouldCountTurnsByObservations() {
    final Forest forest = new Forest(forked());
    final Turns turns = new Turns(forest, 1);
    assertEquals(0, turns.turn(1));
    assertEquals(0, turns.kind(1));
    assertEquals(1, turns.turn(3));
    assertEquals(1, turns.kind(3));
    assertEquals(2, turns.start(4));
  }
}
