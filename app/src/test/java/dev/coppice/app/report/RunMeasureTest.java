package dev.coppice.app.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.app.TreeSamples;
import dev.coppice.app.TreeSamples.End;
import dev.coppice.app.folder.RunSettings;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RunMeasureTest {
  private static final double EXACT = 1e-12;

  private final RunMeasure measure = new RunMeasure(List.of(Metric.values()), RunSettings.NONE);

  private void group(final String arm, final TrajectoryTree... trees) {
    measure.add(arm, List.of(trees), List.of(trees).stream().map(TreeSamples::ledger).toList());
  }

  private double value(final String arm, final Metric metric) {
    return measure.report().arm(arm).value(metric);
  }

  @Test
  void shouldCountActionSequencesAndTokensApart() {
    final List<End> ends =
        List.of(new End("8*5", "40", 0), new End("8*5", "40", 0), new End("8*4", "32", 1));

    group("tree", TreeSamples.tree("tree", "g0", 0, 20, ends));

    assertEquals(2, value("tree", Metric.DISTINCT_L1), EXACT);
    assertEquals(2, value("tree", Metric.DISTINCT_L0), EXACT);
    assertEquals(1000.0 * 2 / (4 + 20 + 30), value("tree", Metric.DISTINCT_L1_PER_1K), EXACT);
  }

  @Test
  void shouldMeasureCoalescedChainsAsTheChainsTheyStandFor() {
    final End right = new End("8*5", "40", 1);
    final End wrong = new End("8*4", "32", 0);
    group("apart", chain(0, right), chain(1, right), chain(2, wrong));
    group("apart", chain(0, wrong), chain(1, wrong), chain(2, right));
    group("coalesced", coalesced(right, 2, wrong, 1));
    group("coalesced", coalesced(wrong, 2, right, 1));

    assertEquals(6, value("apart", Metric.LEAVES), EXACT);
    assertEquals(4, value("coalesced", Metric.LEAVES), EXACT);
    for (final Metric metric :
        List.of(Metric.DRAWS, Metric.DISTINCT_L1, Metric.REWARD_MEAN, Metric.ESS)) {
      assertEquals(value("apart", metric), value("coalesced", metric), EXACT, metric.fieldName());
    }
    assertEquals(
        value("apart", Metric.SHARING_RATIO) * (3 * 34 - 12) / (44 - 4),
        value("coalesced", Metric.SHARING_RATIO),
        1e-9);
  }

  private static TrajectoryTree chain(final int place, final End end) {
    return TreeSamples.tree("apart", "g0", place, 20, List.of(end));
  }

  /** Divides the draws of a trunk over two ends, without a decision. */
  private static TrajectoryTree coalesced(
      final End first, final int draws, final End second, final int others) {
    final TrajectoryTree tree = TreeSamples.tree("coalesced", "g0", 0, 20, List.of(first, second));
    final List<TrajectoryNode> nodes = new ArrayList<>();
    nodes.add(tree.node(0).with(draws + others, Set.of()));
    nodes.add(
        TrajectoryNode.action(1, 0, tree.node(1).tokens(), tree.node(1).logprobs())
            .with(draws + others, Set.of()));
    nodes.add(tree.node(2).with(draws, Set.of()));
    nodes.add(tree.node(3).with(others, Set.of()));
    final List<Leaf> leaves = new ArrayList<>();
    for (final Leaf leaf : tree.leaves()) {
      leaves.add(
          new Leaf(
              leaf.node(),
              leaf.status(),
              leaf.stop(),
              leaf.reward(),
              leaf.components(),
              leaf.answer(),
              null,
              leaf.node() == 2 ? draws : others));
    }
    return new TrajectoryTree(
        new TrajectoryTree.Origin(tree.run(), tree.group(), 0),
        tree.task(),
        tree.sampling(),
        nodes,
        tree.calls(),
        leaves);
  }

  @Test
  void shouldNotCountASequenceTwiceThatTwoTreesOfAGroupHave() {
    final List<End> end = List.of(new End("8*5", "40", 0));

    group(
        "chain",
        TreeSamples.tree("chain", "g0", 0, 20, end),
        TreeSamples.tree("chain", "g0", 1, 21, end));

    assertEquals(1, value("chain", Metric.DISTINCT_L1), EXACT);
    assertEquals(2, value("chain", Metric.DISTINCT_L0), EXACT);
  }

  @Test
  void shouldReachTheClosedFormWhereEveryPathForksAlike() {
    final List<End> ends = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      ends.add(new End("call " + i, "" + i, 0));
    }

    group("tree", TreeSamples.tree("tree", "g0", 0, 30, ends));

    final double trunkShare = 30.0 / 40;
    final double bound = 1 / (trunkShare / 8 + (1 - trunkShare));
    assertEquals(bound, value("tree", Metric.CLOSED_FORM_BOUND), 1e-9);
    assertEquals(320.0 / 110, value("tree", Metric.SHARING_RATIO), 1e-9);
    assertEquals(1.0, value("tree", Metric.CLOSED_FORM_RATIO), 1e-9);
  }

  @Test
  void shouldFallShortOfTheClosedFormWhereSomePathsNeverFork() {
    final List<End> two = List.of(new End("a", "1", 0), new End("b", "2", 0));

    group("tree", TreeSamples.tree("tree", "g0", 0, 30, two));
    group("tree", TreeSamples.tree("tree", "g1", 0, 30, two.subList(0, 1)));

    assertTrue(value("tree", Metric.CLOSED_FORM_RATIO) < 0.9);
  }

  @Test
  void shouldSeeWhollyCorrelatedTrunksAsOneSampleEach() {
    final List<End> won = List.of(new End("a", "1", 1), new End("b", "2", 1));
    final List<End> lost = List.of(new End("c", "3", 0), new End("d", "4", 0));

    group(
        "tree",
        TreeSamples.tree("tree", "g0", 0, 10, won),
        TreeSamples.tree("tree", "g0", 1, 11, lost));

    assertEquals(1.0, value("tree", Metric.RHO), EXACT);
    assertEquals(2.0, value("tree", Metric.ESS), EXACT);
    assertEquals(1.0, value("tree", Metric.MIXED_OUTCOME_RATIO), EXACT);
  }

  @Test
  void shouldFindNoCorrelationWhereTrunksDoNotMatter() {
    final SplittableRandom random = new SplittableRandom(7);
    for (int task = 0; task < 400; task++) {
      final TrajectoryTree[] trees = new TrajectoryTree[3];
      for (int place = 0; place < trees.length; place++) {
        final List<End> ends = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          ends.add(new End("a" + i, "b", random.nextDouble() < 0.3 ? 1 : 0));
        }
        trees[place] = TreeSamples.tree("tree", "g" + task, place, 10, ends);
      }
      group("tree", trees);
    }

    final double rho = value("tree", Metric.RHO);

    assertEquals(0, rho, 0.03, "seed=7 rho=" + rho);
  }

  @Test
  void shouldWeighRewardsByPathAndNotByLeaf() {
    final List<End> many =
        List.of(new End("a", "1", 1), new End("b", "2", 1), new End("c", "3", 1));
    final List<End> one = List.of(new End("d", "4", 0));

    group(
        "tree",
        TreeSamples.tree("tree", "g0", 0, 10, many),
        TreeSamples.tree("tree", "g0", 1, 11, one));

    assertEquals(0.5, value("tree", Metric.REWARD_MEAN), EXACT);
  }

  @Test
  void shouldGiveTheMeanTheTextbookStandardError() {
    final double[] rewards = {1, 0, 0, 1, 1};
    for (int task = 0; task < rewards.length; task++) {
      final List<End> end = List.of(new End("a", "1", rewards[task]));
      group("chain", TreeSamples.tree("chain", "g" + task, 0, 10, end));
    }

    final Estimate mean = measure.report().arm("chain").figures().get(Metric.REWARD_MEAN);

    assertEquals(0.6, mean.value(), EXACT);
    assertEquals(Math.sqrt(0.3 / 5), mean.standardError(), EXACT);
  }

  @Test
  void shouldPairTheArmsOfARatioByTask() {
    for (int task = 0; task < 6; task++) {
      final List<End> end = List.of(new End("a", "1", 0));
      final List<End> two = List.of(new End("a", "1", 0), new End("b", "2", 1));
      group("chain", TreeSamples.tree("chain", "g" + task, 0, 10 + task * 20, end));
      group("tree", TreeSamples.tree("tree", "g" + task, 0, 10 + task * 20, two));
    }

    final Estimate ratio = measure.report().ratios().get("tree").get(Metric.DISTINCT_L1);

    assertEquals(2, ratio.value(), EXACT);
    assertEquals(0, ratio.standardError(), EXACT);
  }

  private static List<End> twoEnds() {
    return List.of(new End("a", "1", 1), new End("b", "2", 0));
  }

  @Test
  void shouldCountACoalescedLeafAsItsDrawsAndAsOneDistinctTrajectory() {
    group("chain", TreeSamples.coalesced(TreeSamples.tree("chain", "g0", 0, 20, twoEnds()), 5, 3));

    assertEquals(2, value("chain", Metric.LEAVES), EXACT);
    assertEquals(8, value("chain", Metric.DRAWS), EXACT);
    assertEquals(8, value("chain", Metric.COMPLETED), EXACT);
    assertEquals(8, value("chain", Metric.TRUNKS), EXACT);
    assertEquals(2, value("chain", Metric.DISTINCT_L0), EXACT);
    assertEquals(2, value("chain", Metric.DISTINCT_L1), EXACT);
    assertEquals(8, value("chain", Metric.ESS), EXACT);
    assertEquals(0, value("chain", Metric.RHO), EXACT);
    assertEquals(5.0 / 8, value("chain", Metric.REWARD_MEAN), EXACT);
    assertEquals(8 * 30.0 / (20 + 20), value("chain", Metric.SHARING_RATIO), EXACT);
    assertEquals(44, value("chain", Metric.TOKENS_PER_GROUP), EXACT);
  }

  @Test
  void shouldGiveCoalescedChainsTheFiguresOfSeparateOnesButTheirCost() {
    final RunMeasure separate = new RunMeasure(List.of(Metric.values()), RunSettings.NONE);
    final TrajectoryTree[] chains = new TrajectoryTree[8];
    for (int i = 0; i < chains.length; i++) {
      final List<End> end = List.of(twoEnds().get(i < 5 ? 0 : 1));
      chains[i] = TreeSamples.tree("chain", "g0", i, 20, end);
    }
    final List<TrajectoryTree> trees = List.of(chains);
    separate.add("chain", trees, trees.stream().map(TreeSamples::ledger).toList());
    group("chain", TreeSamples.coalesced(TreeSamples.tree("chain", "g0", 0, 20, twoEnds()), 5, 3));

    for (final Metric metric :
        List.of(
            Metric.DRAWS,
            Metric.COMPLETED,
            Metric.TRUNKS,
            Metric.DISTINCT_L1,
            Metric.ESS,
            Metric.MIXED_OUTCOME_RATIO,
            Metric.SOLVED_SHARE,
            Metric.REWARD_MEAN)) {
      final double expected = separate.report().arm("chain").value(metric);
      assertEquals(expected, value("chain", metric), EXACT, metric.fieldName());
    }
  }

  @Test
  void shouldWeighATreeInItsGroupByItsDraws() {
    group(
        "tree",
        TreeSamples.coalesced(TreeSamples.tree("tree", "g0", 0, 10, twoEnds()), 3, 3),
        TreeSamples.tree("tree", "g0", 1, 10, List.of(new End("c", "3", 1))));

    assertEquals((6 * 0.5 + 1) / 7, value("tree", Metric.REWARD_MEAN), EXACT);
  }

  @Test
  void shouldWeighGroupsOfATaskAlikeHoweverManyTreesTheyHave() {
    final List<End> won = List.of(new End("a", "1", 1));
    final List<End> lost = List.of(new End("b", "2", 0));
    group(
        "tree",
        TreeSamples.tree("tree", "g0", 0, 9, won),
        TreeSamples.tree("tree", "g0", 1, 9, won));
    group("tree", TreeSamples.tree("tree", "g0", 0, 9, lost));

    assertEquals(0.5, value("tree", Metric.REWARD_MEAN), EXACT);
  }

  @Test
  void shouldCompareOverTheTasksThatAllArmsHave() {
    for (int task = 0; task < 6; task++) {
      final List<End> end = List.of(new End("a", "1", task < 3 ? 1 : 0));
      group("chain", TreeSamples.tree("chain", "g" + task, 0, 10, end));
      if (task > 1) {
        group("tree", TreeSamples.tree("tree", "g" + task, 0, 10, end));
      }
    }
    measure.wall("chain", 6);
    measure.wall("tree", 4);

    final RunReport report = measure.report();
    final Map<Figure, Estimate> ratios = report.ratios().get("tree");

    assertEquals(4, report.scope().comparedTasks());
    assertEquals(6, report.scope().tasks());
    assertEquals(1, ratios.get(Metric.REWARD_MEAN).value(), EXACT);
    assertEquals(1, ratios.get(Metric.TOKENS_PER_SECOND).value(), EXACT);
    assertEquals(0.5, report.arm("chain").value(Metric.REWARD_MEAN), EXACT);
    assertEquals(0.25, report.arm("tree").value(Metric.REWARD_MEAN), EXACT);
    assertTrue(report.notes().toString().contains("4 of 6 tasks"), report.notes().toString());
  }

  @Test
  void shouldNotCompareATaskThatOneArmCouldNotScore() {
    for (int task = 0; task < 3; task++) {
      final List<End> end = List.of(new End("a", "1", 1));
      final List<End> unscored = List.of(new End("a", "1", task == 0 ? Double.NaN : 1));
      group("chain", TreeSamples.tree("chain", "g" + task, 0, 10, end));
      group("tree", TreeSamples.tree("tree", "g" + task, 0, 10, unscored));
    }

    assertEquals(2, measure.report().scope().comparedTasks());
  }

  @Test
  void shouldWarnWhereTokensPerGroupDiffer() {
    group("chain", TreeSamples.tree("chain", "g0", 0, 86, twoEnds().subList(0, 1)));
    group("tree", TreeSamples.tree("tree", "g0", 0, 86, twoEnds().subList(0, 1)));
    assertTrue(measure.report().notes().isEmpty(), measure.report().notes().toString());

    group("tree", TreeSamples.tree("tree", "g1", 0, 186, twoEnds()));

    assertTrue(measure.report().notes().toString().contains("tokens per group differ"));
  }

  @Test
  void shouldNotTellTheSizeOfASystematicArmFromFewGroups() {
    final RunSettings systematic =
        new RunSettings(Map.of("tree.division", "auto", "world.noise", "common"));
    for (int groups = 5; groups <= 6; groups++) {
      final RunMeasure drawn = new RunMeasure(List.of(Metric.values()), systematic);
      for (int i = 0; i < groups; i++) {
        final List<End> chain = List.of(new End("a", "1", i % 2));
        final TrajectoryTree tree =
            TreeSamples.divided(
                TreeSamples.coalesced(
                    TreeSamples.tree("tree", "g0", 0, 20, twoEnds()), 4 + i % 2, 4 - i % 2));
        final TrajectoryTree plain = TreeSamples.tree("chain", "g0", 0, 20, chain);
        drawn.add("chain", List.of(plain), List.of(TreeSamples.ledger(plain)));
        drawn.add("tree", List.of(tree), List.of(TreeSamples.ledger(tree)));
      }
      final RunReport report = drawn.report();

      assertEquals(groups, report.arm("chain").value(Metric.ESS), EXACT);
      assertEquals(groups < 6, Double.isNaN(report.arm("tree").value(Metric.ESS)));
      assertEquals(groups < 6, report.notes().toString().contains("six groups of a task"));
      final JsonNode json = ReportJson.tree(report);
      assertEquals("auto", json.at("/settings/tree.division").asText());
      assertEquals(groups < 6, json.at("/arms/tree/ess").isNull());
      assertEquals(groups < 6, json.at("/arms/tree/ess_per_1k").isNull());
    }
  }

  @Test
  void shouldGiveTheHalfWidthOfStudentsT() {
    final double[] rewards = {1, 0, 0, 1, 1};
    for (int task = 0; task < rewards.length; task++) {
      final List<End> end = List.of(new End("a", "1", rewards[task]));
      group("chain", TreeSamples.tree("chain", "g" + task, 0, 10, end));
    }

    final Estimate mean = measure.report().arm("chain").figures().get(Metric.REWARD_MEAN);

    assertEquals(2.7764451 * mean.standardError(), mean.halfWidth(), 1e-6);
  }
}
