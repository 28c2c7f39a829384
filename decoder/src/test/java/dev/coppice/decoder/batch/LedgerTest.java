package dev.coppice.decoder.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.engine.EngineStats;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.TestRun;
import dev.coppice.model.ModelRunner;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.scheduling.EntropyPolicy;
import dev.coppice.scheduling.FixedPolicy;
import dev.coppice.scheduling.TreeGrpoPolicy;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is counted is what was computed, and nothing is computed twice. */
final class LedgerTest {
  private static final int RUNS = 100;

  static List<BranchingPolicy> policies() {
    return List.of(
        new ChainPolicy(),
        new FixedPolicy(List.of(new FixedPolicy.Place(false, 0, 3))),
        new TreeGrpoPolicy(3, 2),
        new EntropyPolicy(2.3, new int[] {8}));
  }

  @ParameterizedTest
  @MethodSource("policies")
  void everyTokenOfANodeIsComputedExactlyOnceAndCounted(final BranchingPolicy policy)
      throws InterruptedException {
    final Random seeds = new Random();
    countEveryToken(policy, 1154);
    countEveryToken(policy, -7216525897321119487L);
    for (int run = 0; run < RUNS; run++) {
      countEveryToken(policy, seeds.nextLong());
    }
  }

  private static void countEveryToken(final BranchingPolicy policy, final long seed)
      throws InterruptedException {
    final WitnessBackend witness = new WitnessBackend(Letters.backend(128));
    final AtomicLong calls = new AtomicLong();
    final TestRun run =
        new TestRun()
            .seed(seed)
            .policy(policy)
            .runner(new BatchRunner(witness, Letters.CONFIG))
            .world(
                new LetterWorld(
                    99,
                    (text, before) -> {
                      calls.incrementAndGet();
                      return null;
                    }));
    final Sums sums = new Sums(run.run());
    final EngineStats stats = run.stats();
    final String seedText = "seed=" + seed + " policy=" + policy.name();

    assertEquals(sums.action, stats.tokens().decoded(), seedText);
    assertEquals(sums.given, stats.tokens().prefilled(), seedText);
    assertEquals(sums.decoded, stats.tokens().decoded(), seedText);
    assertEquals(sums.prefilled, stats.tokens().prefilled(), seedText);
    assertEquals(sums.blockNs, stats.runner(ModelRunner.HELD_NS), seedText);
    assertEquals(sums.calls, calls.get(), seedText);
    assertEquals(sums.recordedCalls, calls.get(), seedText);
    assertEquals(
        stats.tokens().prefilled() + stats.tokens().decoded() - sums.neverFed,
        witness.computed(),
        seedText);
  }

  @ParameterizedTest
  @MethodSource("policies")
  void whatPreemptionComputesAgainIsBookedApart(final BranchingPolicy policy)
      throws InterruptedException {
    for (int blocks = 33; blocks < 60; blocks += 3) {
      final WitnessBackend witness = new WitnessBackend(Letters.backend(128));
      final BatchRunner runner = new BatchRunner(witness, new BatchConfig(16, 20, blocks, 4));
      final TestRun run = new TestRun().seed(blocks).policy(policy).groups(16).runner(runner);
      final Sums sums = new Sums(run.run());

      assertEquals(sums.given, sums.prefilled - sums.recomputed, "blocks=" + blocks);
      assertEquals(sums.action, sums.decoded, "blocks=" + blocks);
      assertEquals(
          sums.prefilled + sums.decoded - sums.neverFed, witness.computed(), "blocks=" + blocks);
      assertEquals(sums.blockNs, run.stats().runner(ModelRunner.HELD_NS), "blocks=" + blocks);
    }
  }

  @Test
  void aBudgetIsNeverOverspentAndHardlyEverMissed() throws InterruptedException {
    final Random random = new Random(7);
    for (int round = 0; round < 20; round++) {
      final long seed = random.nextLong();
      final int budget = 2_000 + random.nextInt(20_000);
      final int groups = 5 + random.nextInt(20);
      final BranchingPolicy policy = policies().get(round % 4);
      final TestRun run = letters().seed(seed).policy(policy).groups(groups);
      final Sums sums = new Sums(run.budget(new BudgetConfig(budget, groups, 1)).run());
      final long spent = sums.decoded + sums.prefilled;

      assertTrue(spent <= budget, "overspent: spent=" + spent + " seed=" + seed);
      assertTrue(
          spent >= 0.8 * budget, "left over: spent=" + spent + "/" + budget + " seed=" + seed);
    }
  }

  @Test
  void aTinyBudgetCutsToTheTokenAndScoresNothingItCut() throws InterruptedException {
    for (int budget = 1; budget < 60; budget++) {
      final TestRun run = letters().seed(budget).groups(3).policy(policies().get(1));
      final Map<Integer, GroupResult> results = run.budget(new BudgetConfig(budget, 3, 1)).run();
      final Sums sums = new Sums(results);

      assertTrue(sums.decoded + sums.prefilled <= budget, "budget=" + budget);
      assertEquals(3, results.size(), "budget=" + budget);
      for (final GroupResult result : results.values()) {
        for (final TrajectoryTree tree : result.group().trees()) {
          tree.leaves().stream()
              .filter(leaf -> leaf.stop() == StopReason.BUDGET)
              .forEach(
                  leaf -> {
                    assertEquals(LeafStatus.TRUNCATED, leaf.status());
                    assertTrue(Double.isNaN(leaf.reward()));
                  });
        }
      }
    }
  }

  /** Adds up what trees and ledgers say. */
  private static TestRun letters() {
    return new TestRun().runner(Letters.runner(Letters.CONFIG));
  }

  private static final class Sums {
    private long action;
    private long given;
    private long decoded;
    private long prefilled;
    private long recomputed;
    private long blockNs;
    private long calls;
    private long recordedCalls;
    private long neverFed;

    Sums(final Map<Integer, GroupResult> results) {
      for (final GroupResult result : results.values()) {
        for (final TreeLedger ledger : result.ledgers()) {
          decoded += ledger.decodedTokens();
          prefilled += ledger.prefilledTokens();
          recomputed += ledger.recomputedTokens();
          blockNs += ledger.blockNs();
          calls += ledger.toolCalls();
        }
        for (final TrajectoryTree tree : result.group().trees()) {
          add(tree);
        }
      }
    }

    private void add(final TrajectoryTree tree) {
      recordedCalls += tree.calls().size();
      for (final TrajectoryNode node : tree.nodes()) {
        if (node.kind() == NodeKind.ACTION) {
          action += node.length();
          // A sampled token whose keys and values another path of equal tokens had computed.
          neverFed += node.cachedTokens();
        } else {
          given += node.length() - node.cachedTokens();
        }
        final boolean atEnd = tree.leafAt(node.id()) >= 0;
        if (atEnd && node.kind() == NodeKind.ACTION) {
          neverFed++;
        } else if (atEnd) {
          neverFed += node.length() + 1;
        }
      }
    }
  }
}
