package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.allocation.GroupAllocation;
import dev.coppice.allocation.GroupOutcome;
import dev.coppice.allocation.HistoryAllocation;
import dev.coppice.allocation.ProbeAllocation;
import dev.coppice.allocation.UntilMixedAllocation;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.ScriptedRunner.Manners;
import dev.coppice.fixture.TestRun;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupResult;
import dev.coppice.scheduling.TwoStagePolicy;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryGroup.Sizing;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A group's size depends on the seed alone, and a resumed run goes on as it would have. */
final class AllocationOrderTest {
  private static final int GROUPS = 40;
  private static final int TASKS = 5;

  static List<Supplier<GroupAllocation>> allocations() {
    return List.of(
        () -> new ProbeAllocation(3, 6),
        () -> new UntilMixedAllocation(2, 5),
        () -> new HistoryAllocation(new HistoryAllocation.Sizes(2, 5, 4, 0.9), 3));
  }

  @ParameterizedTest
  @MethodSource("allocations")
  void everyOrderOfAnswersGivesTheSameGroups(final Supplier<GroupAllocation> allocation)
      throws InterruptedException {
    final long seed = new Random().nextLong();
    final BudgetConfig budget = BudgetConfig.trees(2).with(allocation);
    final Map<Integer, GroupResult> expected = run(seed, budget, Manners.BEST, 1).run();

    final Map<Integer, GroupResult> actual =
        run(seed, budget, new Manners(1, 40, 3, 0, false, Long.MAX_VALUE), 0)
            .world(jittery())
            .run();

    assertEquals(TestRun.canonical(expected), TestRun.canonical(actual), "seed=" + seed);
    assertEquals(sizings(expected), sizings(actual), "seed=" + seed);
    assertTrue(new TreeSet<>(sizes(expected)).size() > 1, "all of one size: seed=" + seed);
  }

  @ParameterizedTest
  @MethodSource("allocations")
  void aResumedRunGoesOnAsItWouldHave(final Supplier<GroupAllocation> allocation)
      throws InterruptedException {
    final long seed = new Random().nextLong();
    final BudgetConfig budget = BudgetConfig.trees(2).with(allocation);
    final Map<Integer, GroupResult> whole = run(seed, budget, Manners.BEST, 1).run();
    final Random random = new Random(seed);
    final Map<Integer, List<GroupOutcome.Tree>> finished = new HashMap<>();
    final Map<Integer, GroupResult> rest = new java.util.TreeMap<>(whole);
    for (final GroupResult result : whole.values()) {
      if (!result.group().trees().isEmpty() && random.nextBoolean()) {
        finished.put(result.request().index(), outcomes(result));
        rest.remove(result.request().index());
      }
    }

    final Map<Integer, GroupResult> resumed =
        run(seed, budget, Manners.OF_A_SERVER, 0).restored(finished).run();

    assertEquals(TestRun.canonical(rest), TestRun.canonical(resumed), "seed=" + seed);
    assertEquals(sizings(rest), sizings(resumed), "seed=" + seed);
  }

  @Test
  void aPolicyThatLearnsGrowsTheSameTreesInEveryOrder() throws InterruptedException {
    final long seed = new Random().nextLong();
    final BudgetConfig budget = BudgetConfig.trees(2);
    final Map<Integer, GroupResult> expected =
        run(seed, budget, Manners.BEST, 1).policy(new TwoStagePolicy(6, 2, 5)).run();

    final Map<Integer, GroupResult> actual =
        run(seed, budget, new Manners(1, 40, 3, 0, false, Long.MAX_VALUE), 0)
            .policy(new TwoStagePolicy(6, 2, 5))
            .world(jittery())
            .run();

    assertEquals(TestRun.canonical(expected), TestRun.canonical(actual), "seed=" + seed);
    final long shapes =
        expected.values().stream()
            .map(result -> result.group().trees().getFirst().leaves().size())
            .distinct()
            .count();
    assertTrue(shapes > 1, "all of one shape: seed=" + seed);
  }

  @ParameterizedTest
  @MethodSource("allocations")
  void aBudgetBoundsWhatAnAllocationWants(final Supplier<GroupAllocation> allocation)
      throws InterruptedException {
    final long seed = new Random().nextLong();
    final BudgetConfig budget = new BudgetConfig(20_000, GROUPS, 1).with(allocation);

    final TestRun one = run(seed, budget, Manners.BEST, 1);
    final Map<Integer, GroupResult> expected = one.run();
    final Map<Integer, GroupResult> actual =
        run(seed, budget, new Manners(1, 40, 3, 0, false, Long.MAX_VALUE), 0)
            .world(jittery())
            .run();

    assertEquals(GROUPS, expected.size(), "seed=" + seed);
    assertFalse(TestRun.canonical(expected).contains("stop=BUDGET"), "seed=" + seed);
    assertEquals(TestRun.canonical(expected), TestRun.canonical(actual), "seed=" + seed);
  }

  @Test
  void aProbeGoesOnWhereRewardsDifferAndNowhereElse() throws InterruptedException {
    final BudgetConfig budget = BudgetConfig.trees(2).with(() -> new ProbeAllocation(3, 6));
    int probed = 0;
    for (final GroupResult result : run(7, budget, Manners.BEST, 0).run().values()) {
      final List<TrajectoryTree> trees = result.group().trees();
      final Sizing sizing = result.group().sizing();
      assertEquals(isMixed(trees.subList(0, 3)) ? List.of(3, 3) : List.of(3), sizing.waves());
      assertEquals(sizing.waves().stream().mapToInt(Integer::intValue).sum(), trees.size());
      assertEquals(3, sizing.unbiased());
      assertTrue(sizing.byOutcomes());
      probed += trees.size() == 3 ? 1 : 0;
    }
    assertTrue(probed > 0 && probed < GROUPS, "probed=" + probed);
  }

  @Test
  void samplesOfACoalescedProbeAreThoseOfSeparateChains() throws InterruptedException {
    final long seed = new Random().nextLong();
    final BudgetConfig budget = BudgetConfig.trees(2).with(() -> new ProbeAllocation(3, 6));
    final Map<Integer, GroupResult> chains = run(seed, budget, Manners.BEST, 0).run();

    final Map<Integer, GroupResult> coalesced =
        run(seed, budget, Manners.BEST, 0).coalescing(EngineConfig.Coalescing.INDEPENDENT).run();

    for (final Integer place : chains.keySet()) {
      assertEquals(
          chains.get(place).group().sizing(),
          coalesced.get(place).group().sizing(),
          "seed=" + seed);
      assertEquals(
          chains.get(place).group().drawCount(),
          coalesced.get(place).group().drawCount(),
          "seed=" + seed);
    }
  }

  private static boolean isMixed(final List<TrajectoryTree> trees) {
    return trees.stream()
            .flatMap(tree -> tree.leaves().stream())
            .filter(Leaf::isScored)
            .mapToDouble(Leaf::reward)
            .distinct()
            .count()
        > 1;
  }

  private static List<GroupOutcome.Tree> outcomes(final GroupResult result) {
    final List<GroupOutcome.Tree> trees = new ArrayList<>();
    for (int i = 0; i < result.ledgers().size(); i++) {
      trees.add(
          GroupOutcome.Tree.of(
              result.group().trees().get(i), result.ledgers().get(i).computedTokens()));
    }
    return trees;
  }

  private static List<Sizing> sizings(final Map<Integer, GroupResult> results) {
    return results.values().stream().map(result -> result.group().sizing()).toList();
  }

  private static List<Integer> sizes(final Map<Integer, GroupResult> results) {
    return results.values().stream().map(result -> result.group().trees().size()).toList();
  }

  private static TestRun run(
      final long seed, final BudgetConfig budget, final Manners manners, final int threads) {
    return new TestRun()
        .seed(seed)
        .budget(budget)
        .groups(GROUPS)
        .tasks(TASKS)
        .runner(ScriptedRunner.letters(manners))
        .capacity(new EngineConfig.Capacity(4, 64, threads));
  }

  private static LetterWorld jittery() {
    return new LetterWorld(
        1000,
        (text, calls) -> {
          LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(300_000));
          return null;
        });
  }
}
