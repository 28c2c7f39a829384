package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.ScriptedRunner.Manners;
import dev.coppice.fixture.TestRun;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.scheduling.EntropyPolicy;
import dev.coppice.scheduling.FixedPolicy;
import dev.coppice.scheduling.SegmentsPolicy;
import dev.coppice.scheduling.TreeGrpoPolicy;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.StopReason;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same seed gives the same trees whatever the batch, the tool threads or their order. */
final class DeterminismPropertyTest {

  static List<BranchingPolicy> policies() {
    return List.of(
        new ChainPolicy(),
        new FixedPolicy(
            List.of(new FixedPolicy.Place(false, 0, 2), new FixedPolicy.Place(true, 0, 3))),
        new TreeGrpoPolicy(3, 2),
        new EntropyPolicy(2.3, new int[] {4, 2}),
        new SegmentsPolicy(4, new int[] {2, 1, 3}));
  }

  @ParameterizedTest
  @MethodSource("policies")
  void everyOrderOfAnswersAndThreadCountGivesTheSameTrees(final BranchingPolicy policy)
      throws InterruptedException {
    final long seed = new Random().nextLong();
    final String expected = TestRun.canonical(run(policy, Manners.BEST, 1).seed(seed).run());

    for (final Manners manners :
        List.of(
            Manners.OF_A_SERVER,
            new Manners(1, 3, 2, 0, true, Long.MAX_VALUE),
            new Manners(64, 1, 0, 0, false, Long.MAX_VALUE))) {
      for (final int threads : new int[] {0, 2}) {
        final TestRun run = run(policy, manners, threads).seed(seed);
        final String actual = TestRun.canonical(run.world(jittery()).run());
        assertEquals(expected, actual, "seed=" + seed + " " + manners);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("policies")
  void aBudgetIsSplitTheSameWayWhateverFinishesFirst(final BranchingPolicy policy)
      throws InterruptedException {
    final BudgetConfig budget = new BudgetConfig(30_000, 20, 1);
    for (long seed = 1; seed <= 3; seed++) {
      final TestRun one = run(policy, Manners.BEST, 1).groups(20).budget(budget).seed(seed);
      final TestRun other =
          run(policy, new Manners(1, 40, 3, 0, false, Long.MAX_VALUE), 0)
              .groups(20)
              .budget(budget)
              .seed(seed);

      final String expected = TestRun.canonical(one.run());
      final String actual = TestRun.canonical(other.world(jittery()).run());

      assertFalse(expected.contains("stop=BUDGET"), "the limit was hit: seed=" + seed);
      assertEquals(expected, actual, "seed=" + seed);
    }
  }

  @Test
  void theFirstLeafOfATreeIsTheChainOfTheSameSeed() throws InterruptedException {
    final long seed = new Random().nextLong();
    final var chains = new TestRun().seed(seed).run();
    final var trees =
        new TestRun().seed(seed).policy(new EntropyPolicy(2.3, new int[] {4, 2})).run();

    for (final Integer place : chains.keySet()) {
      for (int tree = 0; tree < 2; tree++) {
        assertEquals(
            Paths.first(chains.get(place).group().trees().get(tree)),
            Paths.first(trees.get(place).group().trees().get(tree)),
            "seed=" + seed);
      }
    }
  }

  @Test
  void theEndTokenIsNoPartOfTheAnswer() throws InterruptedException {
    final var results = new TestRun().seed(3).groups(20).run();

    int ended = 0;
    for (final var result : results.values()) {
      for (final var tree : result.group().trees()) {
        for (final Leaf leaf : tree.leaves()) {
          if (leaf.stop() == StopReason.EOS) {
            ended++;
            assertFalse(leaf.answer().contains("~"), leaf.answer());
          }
        }
      }
    }
    assertTrue(ended > 0, "no trajectory ended with the end token");
  }

  private static TestRun run(
      final BranchingPolicy policy, final Manners manners, final int threads) {
    return new TestRun()
        .policy(policy)
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
