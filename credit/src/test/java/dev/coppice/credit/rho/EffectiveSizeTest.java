package dev.coppice.credit.rho;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Holds the estimate against a direct variance of the path-weighted group mean. */
class EffectiveSizeTest {
  private static final int TASKS = 6;
  private static final int GROUPS = 600;
  private static final int REPLICATES = 6_000;
  private static final int[] NO_FORK = {1, 1, 1, 1};

  private static DivisionToy.Shape chains(final int draws, final boolean systematic) {
    return new DivisionToy.Shape(draws, NO_FORK, false, true, systematic);
  }

  private static DivisionToy.Shape forks(
      final int draws, final boolean nested, final boolean coalesced, final int... children) {
    return new DivisionToy.Shape(draws, children, nested, coalesced, false);
  }

  private static double value(final TrajectoryTree tree) {
    double value = 0;
    for (final Leaf leaf : tree.leaves()) {
      value += tree.pathWeight(leaf.node()) * leaf.reward();
    }
    return value;
  }

  /** Returns sum p(1-p) over sum Var(mean of a group), from exact means and many groups. */
  private static double direct(final DivisionToy.Shape shape, final int trees, final long seed) {
    double sample = 0;
    double group = 0;
    for (int task = 0; task < TASKS; task++) {
      final DivisionToy toy = new DivisionToy(task);
      final SplittableRandom random = new SplittableRandom(seed * 1000 + task);
      final double p = toy.mean();
      for (int i = 0; i < REPLICATES; i++) {
        double mean = 0;
        for (int tree = 0; tree < trees; tree++) {
          mean += value(toy.tree(shape, random)) / trees;
        }
        group += (mean - p) * (mean - p) / REPLICATES;
      }
      sample += p * (1 - p);
    }
    return sample / group;
  }

  private static List<GroupSamples> measured(
      final DivisionToy.Shape shape, final int trees, final int groups, final long seed) {
    final List<GroupSamples> tasks = new ArrayList<>();
    for (int task = 0; task < TASKS; task++) {
      final DivisionToy toy = new DivisionToy(task);
      final SplittableRandom random = new SplittableRandom(seed * 77 + task);
      final GroupSamples samples = new GroupSamples();
      for (int i = 0; i < groups; i++) {
        final List<TreeMoments> group = new ArrayList<>();
        for (int tree = 0; tree < trees; tree++) {
          group.add(TreeMoments.of(toy.tree(shape, random)));
        }
        samples.add(group);
      }
      tasks.add(samples);
    }
    return tasks;
  }

  private static double estimated(
      final DivisionToy.Shape shape, final int trees, final int groups, final long seed) {
    final List<GroupSamples> tasks = measured(shape, trees, groups, seed);
    final EffectiveSize size =
        shape.systematic() ? EffectiveSize.ofSystematic(tasks) : EffectiveSize.ofIndependent(tasks);
    return size.effective() / (TASKS * groups);
  }

  private static void assertDirect(final DivisionToy.Shape shape, final int trees) {
    final long seed = 11;
    final double direct = direct(shape, trees, seed);
    final double estimate = estimated(shape, trees, GROUPS, seed);
    assertEquals(1, estimate / direct, 0.05, shape + " seed=" + seed + " direct=" + direct);
  }

  @Test
  void shouldCountEveryCoalescedChainAsOneSample() {
    for (final int draws : new int[] {1, 5, 16}) {
      assertEquals(draws, estimated(chains(draws, false), 1, 3, draws), 1e-9);
    }
    assertEquals(16, direct(chains(16, false), 1, 5), 0.5);
  }

  @Test
  void shouldMatchTheVarianceOfTreesOfEqualForks() {
    assertDirect(forks(1, false, false, 1, 8, 1, 1), 1);
    assertDirect(forks(1, false, false, 1, 1, 4, 1), 3);
  }

  @Test
  void shouldMatchTheVarianceOfNestedAndUnequalForks() {
    assertDirect(forks(1, false, false, 2, 3, 1, 2), 2);
    assertDirect(forks(1, true, false, 1, 4, 3, 2), 2);
  }

  @Test
  void shouldMatchTheVarianceOfCoalescedForks() {
    assertDirect(forks(2, false, true, 1, 8, 1, 1), 1);
    assertDirect(forks(4, true, true, 2, 3, 1, 4), 1);
    assertDirect(forks(1, true, true, 1, 4, 3, 2), 3);
  }

  @Test
  void shouldMatchTheVarianceOfSystematicDivision() {
    assertDirect(chains(13, true), 1);
    assertDirect(new DivisionToy.Shape(2, new int[] {1, 8, 1, 1}, false, true, true), 1);
    assertDirect(new DivisionToy.Shape(1, new int[] {1, 1, 8, 1}, false, true, true), 2);
  }

  @Test
  void shouldGainBySystematicDivisionWhatIndependentDrawsDoNot() {
    assertTrue(direct(chains(13, true), 1, 3) > 1.5 * 13);
  }

  @Test
  void shouldGiveUnbiasedVariancesFromTwoTreesOfATask() {
    final DivisionToy toy = new DivisionToy(3);
    final SplittableRandom random = new SplittableRandom(9);
    final DivisionToy.Shape shape = forks(2, true, true, 1, 4, 1, 2);
    final int repeats = 20_000;
    double sample = 0;
    double draw = 0;
    double direct = 0;
    for (int i = 0; i < repeats; i++) {
      final TaskMoments pair = new TaskMoments();
      final TrajectoryTree first = toy.tree(shape, random);
      final TrajectoryTree second = toy.tree(shape, random);
      pair.add(TreeMoments.of(first));
      pair.add(TreeMoments.of(second));
      sample += pair.sampleVariance() / repeats;
      draw += pair.drawVariance() / repeats;
      // Two draws a tree: the variance of a draw is twice that of the tree's mean.
      direct += Math.pow(value(first) - value(second), 2) / repeats;
    }
    final double p = toy.mean();
    assertEquals(p * (1 - p), sample, 0.005, "seed=9");
    assertEquals(direct, draw, 0.005, "seed=9");
  }

  @Test
  void shouldSayNothingOfASystematicDivisionWithFewGroups() {
    final List<GroupSamples> few = measured(chains(8, true), 1, 5, 1);
    assertTrue(Double.isNaN(EffectiveSize.ofSystematic(few).effective()));
    assertTrue(Double.isNaN(EffectiveSize.ofSystematic(few).rho()));

    final List<GroupSamples> enough = measured(chains(8, true), 1, 6, 1);
    assertTrue(EffectiveSize.ofSystematic(enough).effective() > 0);
  }

  @Test
  void shouldSayNothingOfForksWithOneTrunkATask() {
    final List<GroupSamples> one = measured(forks(1, false, false, 1, 8, 1, 1), 1, 1, 1);
    assertTrue(Double.isNaN(EffectiveSize.ofIndependent(one).effective()));
  }

  @Test
  void shouldFindTheCorrelationThatExplainsTheSize() {
    final EffectiveSize size =
        EffectiveSize.ofIndependent(measured(forks(1, false, false, 1, 8, 1, 1), 2, GROUPS, 4));
    final double perTree = size.effective() / (TASKS * GROUPS * 2);

    assertEquals(8 / (1 + 7 * size.rho()), perTree, 1e-6);
    assertTrue(size.rho() > 0 && size.rho() < 1);
  }

  @Test
  void shouldLeaveOutDrawsWithoutReward() {
    final DivisionToy toy = new DivisionToy(2);
    final TrajectoryTree whole = toy.tree(chains(6, false), new SplittableRandom(2));
    final List<Leaf> leaves = new ArrayList<>(whole.leaves());
    final Leaf lost = leaves.getFirst();
    leaves.set(
        0,
        new Leaf(
            lost.node(),
            lost.status(),
            lost.stop(),
            Double.NaN,
            lost.components(),
            null,
            null,
            lost.draws()));
    final TrajectoryTree cut =
        new TrajectoryTree(
            new TrajectoryTree.Origin("toy", "g0", 0),
            whole.task(),
            whole.sampling(),
            whole.nodes(),
            List.of(),
            leaves);

    assertEquals(6 - lost.draws(), TreeMoments.of(cut).draws());
  }
}
