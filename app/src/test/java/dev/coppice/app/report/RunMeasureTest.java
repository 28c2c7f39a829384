package dev.coppice.app.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.TreeSamples;
import dev.coppice.app.TreeSamples.End;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RunMeasureTest {
  private static final double EXACT = 1e-12;

  private final RunMeasure measure = new RunMeasure(List.of(Metric.values()));

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

  /** The same figure from sums of powers, as reports computed it before. */
  private static double textbookRho(final List<List<double[]>> tasks) {
    double between = 0;
    double within = 0;
    double size = 0;
    double trunks = 0;
    double leaves = 0;
    for (final List<double[]> task : tasks) {
      double sum = 0;
      double ofTrunks = 0;
      double count = 0;
      double sizes = 0;
      for (final double[] trunk : task) {
        final double total = Arrays.stream(trunk).sum();
        sum += total;
        ofTrunks += total * total / trunk.length;
        count += trunk.length;
        sizes += trunk.length * trunk.length;
        within += Arrays.stream(trunk).map(r -> r * r).sum() - total * total / trunk.length;
      }
      between += ofTrunks - sum * sum / count;
      size += count - sizes / count;
      trunks += task.size();
      leaves += count;
    }
    final double freedom = trunks - tasks.size();
    final double meanBetween = between / freedom;
    final double meanWithin = within / (leaves - trunks);
    return (meanBetween - meanWithin) / (meanBetween + (size / freedom - 1) * meanWithin);
  }

  @Test
  void shouldFindTheCorrelationOfTheTextbookInRandomGroups() {
    for (long seed = 1; seed <= 20; seed++) {
      final SplittableRandom random = new SplittableRandom(seed);
      final RunMeasure drawn = new RunMeasure(List.of(Metric.values()));
      final List<List<double[]>> tasks = new ArrayList<>();
      for (int task = 0; task < 12; task++) {
        final List<TrajectoryTree> trees = new ArrayList<>();
        final List<double[]> trunks = new ArrayList<>();
        for (int tree = 0; tree < 2 + random.nextInt(3); tree++) {
          final double[] rewards = random.doubles(1 + random.nextInt(5)).toArray();
          final List<End> ends = new ArrayList<>();
          for (int leaf = 0; leaf < rewards.length; leaf++) {
            ends.add(new End("call " + leaf, "" + leaf, rewards[leaf]));
          }
          trunks.add(rewards);
          trees.add(TreeSamples.tree("tree", "g" + task, tree, tree, ends));
        }
        tasks.add(trunks);
        drawn.add("tree", trees, trees.stream().map(TreeSamples::ledger).toList());
      }

      final double expected = textbookRho(tasks);
      assertEquals(expected, drawn.report().arm("tree").value(Metric.RHO), EXACT, "seed " + seed);
    }
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
}
