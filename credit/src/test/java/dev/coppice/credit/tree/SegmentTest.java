package dev.coppice.credit.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.credit.fixture.RandomTrees;
import dev.coppice.credit.fixture.TreeScript;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the reference vectors leave open: runs of nodes, options, rows against moments. */
class SegmentTest {
  private static GroupAdvantages run(
      final TrajectoryGroup group, final String name, final String... options) {
    final Map<String, String> map = new HashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      map.put(options[i], options[i + 1]);
    }
    return Estimators.create(name, map).estimate(group);
  }

  /** Two turns without a fork, then three ends: 1, 0, 0. Beside them a chain that got 1. */
  private static TrajectoryGroup runOfTwoTurns() {
    final TreeScript script = new TreeScript(0);
    final int first = script.action(0, 2);
    final int second = script.action(script.observation(first), 2);
    script.leaf(script.action(second, 1), 1);
    script.leaf(script.action(second, 1), 0);
    script.leaf(script.action(second, 1), 0);
    script.leaf(script.action(0, 1), 1);
    return script.group();
  }

  @Test
  void shouldGiveAllNodesOfAnUnforkedRunTheSameValue() {
    final TrajectoryGroup group = runOfTwoTurns();
    for (final String name : List.of("treerl", "spo-tree", "vineppo", "spo-chain", "coppice")) {
      final GroupAdvantages advantages = run(group, name);
      assertEquals(advantages.nodeValue(0, 1), advantages.nodeValue(0, 3), 1e-15, name);
      assertFalse(advantages.nodeValue(0, 1) == 0.0, name);
    }
    // Against the fork above, not against the observation, which has the run's own value.
    assertEquals(1 / 3.0 - 2 / 3.0, run(group, "spo-tree").nodeValue(0, 3), 1e-12);
  }

  @Test
  void shouldValueATrunkOnlyByRolloutsThatAreNotTrained() {
    final TrajectoryGroup group = runOfTwoTurns();

    final GroupAdvantages first = run(group, "vineppo");
    assertEquals(0.0 - 1.0, first.nodeValue(0, 1), 1e-12, "rollouts 0, 0 against rollout 1");
    assertEquals(1.0 - 0.0, first.nodeValue(0, 4), 1e-12, "the trunk's own end");
    assertFalse(first.isScored(0, 5), "a rollout is not trained");
    final GroupAdvantages last = run(group, "vineppo", "trunk", "last");
    assertEquals(0.0 - 0.5, last.nodeValue(0, 6), 1e-12);
  }

  @Test
  void shouldLetTreeRlsZeroInheritWhenTheCodeIsAskedFor() {
    final TrajectoryGroup group = tied();

    final double parent = run(group, "treerl", "mode", "unweighted").nodeValue(0, 1);
    final double child = run(group, "treerl", "mode", "unweighted").nodeValue(0, 2);
    final double filled =
        run(group, "treerl", "mode", "unweighted", "fill", "inherit").nodeValue(0, 2);

    assertEquals(1.5, parent, 1e-12);
    assertEquals(0.0, child, 1e-12);
    assertEquals(parent, filled);
  }

  /** A child with {@code 2 W = W(parent)}: a true zero. */
  private static TrajectoryGroup tied() {
    final TreeScript script = new TreeScript(0);
    final int parent = script.action(0, 1);
    script.leaf(script.action(parent, 1), 0.5).leaf(script.action(parent, 1), 1.0);
    script.leaf(script.action(0, 1), -0.75);
    return script.group();
  }

  @Test
  void shouldDropUniformSubgroupsOfTreePoWhenAskedTo() {
    final TreeScript script = new TreeScript(0);
    final int same = script.action(0, 1);
    script.leaf(script.action(same, 1), 1).leaf(script.action(same, 1), 1);
    script.leaf(script.action(0, 1), 0);
    final TrajectoryGroup group = script.group();

    assertEquals((1 / 3.0 + 0) / 2, run(group, "treepo").leafAdvantage(0, 0), 1e-12);
    assertEquals(1 / 3.0, run(group, "treepo", "uniform", "drop").leafAdvantage(0, 0), 1e-12);
  }

  @Test
  void shouldMeasureAt2poAgainstTheRootOfItsOwnTree() {
    final TrajectoryGroup group = runOfTwoTurns();

    final double node = run(group, "at2po", "advantage", "node").nodeValue(0, 4);
    final double parent = run(group, "at2po").nodeValue(0, 4);
    final double global = run(group, "at2po", "advantage", "global").nodeValue(0, 4);
    final double both = run(group, "at2po", "advantage", "local-global").nodeValue(0, 4);
    // Normalised rewards: mean 0.5, deviation 0.5.
    assertEquals(1.0, node, 1e-5);
    assertEquals(1.0 + 1 / 3.0, parent, 1e-5);
    assertEquals(1.0 - 1 / 3.0, global, 1e-5);
    assertEquals(parent + global, both, 1e-12);
  }

  /** Rows made one by one, as the reference does, against moments that never make them. */
  @Test
  void shouldScoreGigpoAsIfEveryRowHadBeenMade() {
    for (long seed = 0; seed < 30; seed++) {
      final TrajectoryGroup group = RandomTrees.group(seed);
      for (final String norm : List.of("mean", "mean-std")) {
        final GroupAdvantages mean = run(group, "gigpo", "norm", norm, "weight", "0.5");
        final GroupAdvantages sum =
            run(group, "gigpo", "norm", norm, "weight", "0.5", "shared", "sum");
        final Map<String, double[]> naive = rows(group, mean, "mean-std".equals(norm));
        naive.forEach(
            (place, total) -> {
              final int t = Integer.parseInt(place.split(":")[0]);
              final int n = Integer.parseInt(place.split(":")[1]);
              assertEquals(total[0] / total[1], mean.nodeValue(t, n), 1e-9, place);
              assertEquals(total[0], sum.nodeValue(t, n), 1e-9, place);
            });
      }
    }
  }

  private record Row(String place, String anchor, double discounted, double episode) {}

  private static Map<String, double[]> rows(
      final TrajectoryGroup group, final GroupAdvantages advantages, final boolean divides) {
    final List<Row> rows = new ArrayList<>();
    for (int t = 0; t < group.trees().size(); t++) {
      final TrajectoryTree tree = group.trees().get(t);
      for (int l = 0; l < tree.leaves().size(); l++) {
        double back = tree.leaves().get(l).reward();
        final double episode = advantages.leafAdvantage(t, l);
        for (int n = tree.leaves().get(l).node(); n > 0; n = tree.node(n).parent()) {
          if (tree.node(n).kind().isSampled() && !Double.isNaN(episode)) {
            final int parent = tree.node(n).parent();
            rows.add(new Row(t + ":" + n, parent == 0 ? "stem" : t + ":" + parent, back, episode));
            back *= 0.95;
          }
        }
      }
    }
    final Map<String, double[]> anchors = new HashMap<>();
    for (final Row row : rows) {
      final double[] sums = anchors.computeIfAbsent(row.anchor(), key -> new double[3]);
      sums[0]++;
      sums[1] += row.discounted();
      sums[2] += row.discounted() * row.discounted();
    }
    final Map<String, double[]> totals = new HashMap<>();
    for (final Row row : rows) {
      final double[] a = anchors.get(row.anchor());
      final double variance = Math.max(0, a[2] - a[1] * a[1] / a[0]) / Math.max(1, a[0] - 1);
      final double scale = divides ? Math.sqrt(variance) + 1e-6 : 1.0;
      final double step = a[0] < 2 ? 0.0 : (row.discounted() - a[1] / a[0]) / scale;
      final double[] total = totals.computeIfAbsent(row.place(), key -> new double[2]);
      total[0] += row.episode() + 0.5 * step;
      total[1]++;
    }
    return totals;
  }

  @Test
  void shouldAnchorGigpoOnEqualWorldsInDifferentTrees() {
    final TreeScript one = new TreeScript(0, "start");
    one.leaf(one.step(one.step(0, "hall", 0.0), "out", 0.0), 1.0);
    final TreeScript two = new TreeScript(1, "start");
    two.leaf(two.step(two.step(two.step(0, "cave", 0.0), "hall", 0.0), "end", 0.0), 0.0);
    final TrajectoryGroup group = TreeScript.groupOf(one.tree(), two.tree());

    final GroupAdvantages advantages = run(group, "gigpo", "gamma", "1");

    assertEquals(0.5 + 0.5, advantages.nodeValue(0, 2), 1e-12, "both steps left the hall");
    assertEquals(-0.5 - 0.5, advantages.nodeValue(1, 3), 1e-12);
    assertEquals(-0.5, advantages.nodeValue(1, 2), 1e-12, "nobody else was in the cave");
  }

  @Test
  void shouldCountStepRewardsOnceWhetherOrNotTheLeafRepeatsThem() {
    final TreeScript given = new TreeScript(0);
    given.leaf(given.step(given.step(0, "a", 0.25), "b", 0.75), 1.0);
    given.leaf(given.step(given.step(0, "a", 0.0), "c", 0.0), 0.0);
    final TreeScript atTheEnd = new TreeScript(0);
    atTheEnd.leaf(atTheEnd.step(atTheEnd.step(0, "a", 0.25), "b", 0.0), 1.0);
    atTheEnd.leaf(atTheEnd.step(atTheEnd.step(0, "a", 0.0), "c", 0.0), 0.0);

    for (int node = 1; node <= 4; node++) {
      assertEquals(
          run(given.group(), "gigpo").nodeValue(0, node),
          run(atTheEnd.group(), "gigpo").nodeValue(0, node),
          1e-12);
    }
  }

  @Test
  void shouldLeaveSpoChainsCertainTokensWithoutCredit() {
    final TreeScript script = new TreeScript(0);
    script.leaf(script.action(0, (float) Math.log(0.95), (float) Math.log(0.5)), 1);
    script.leaf(script.action(0, 1), 0);

    final float[] usual = run(script.group(), "spo-chain").nodeAdvantages(0, 1);
    final float[] all = run(script.group(), "spo-chain", "threshold", "1").nodeAdvantages(0, 1);

    assertEquals(0.0f, usual[0]);
    assertEquals(1.0f, usual[1]);
    assertEquals(1.0f, all[0]);
  }
}
