package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.draw.Division;
import dev.coppice.fixture.LetterPolicy;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.SampledPaths;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.ScriptedRunner.Manners;
import dev.coppice.fixture.TestRun;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig.Coalescing;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.scheduling.EntropyPolicy;
import dev.coppice.scheduling.FixedPolicy;
import dev.coppice.scheduling.SegmentsPolicy;
import dev.coppice.scheduling.TreeGrpoPolicy;
import dev.coppice.scheduling.TwoStagePolicy;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.NodeMark;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Samples that share a path are the very samples they are alone, and cost fewer tokens. */
final class CoalescingTest {
  private static final int SAMPLES = 7;

  private final long seed = new Random().nextLong();

  static List<BranchingPolicy> policies() {
    return List.of(
        new ChainPolicy(),
        new FixedPolicy(
            List.of(new FixedPolicy.Place(false, 0, 2), new FixedPolicy.Place(true, 0, 3))),
        new EntropyPolicy(2.3, new int[] {4, 2}),
        new EntropyPolicy(2.3, new int[] {9, 2}, 0.25),
        new SegmentsPolicy(3, new int[] {1, 2, 1, 3}));
  }

  static List<Manners> manners() {
    return List.of(
        Manners.BEST, Manners.OF_A_SERVER, new Manners(1, 3, 2, 0, true, Long.MAX_VALUE));
  }

  /** A model sure enough of its words that samples stay together for a while. */
  private static ScriptedRunner sure(final Manners manners) {
    return new ScriptedRunner(new LetterPolicy(14.0), 128, manners);
  }

  private TestRun run(final BranchingPolicy policy) {
    return new TestRun().seed(seed).policy(policy).budget(BudgetConfig.trees(SAMPLES));
  }

  private static long computed(final Map<Integer, GroupResult> results) {
    return results.values().stream()
        .flatMap(result -> result.ledgers().stream())
        .mapToLong(TreeLedger::computedTokens)
        .sum();
  }

  @ParameterizedTest
  @MethodSource("policies")
  void samplesThatShareAPathAreThoseOfSeparateTrees(final BranchingPolicy policy)
      throws InterruptedException {
    final Map<Integer, GroupResult> alone = run(policy).runner(sure(Manners.BEST)).run();
    for (final Manners manners : manners()) {
      final Map<Integer, GroupResult> together =
          run(policy).coalescing(Coalescing.INDEPENDENT).runner(sure(manners)).run();

      SampledPaths.assertSame(alone, together, "seed=" + seed + " " + manners);
      together.values().forEach(result -> checkTree(result.group().trees().getFirst()));
      final Map<Integer, GroupResult> apart = run(policy).runner(sure(manners)).run();
      assertTrue(computed(together) < computed(apart), "seed=" + seed + " " + manners);
    }
  }

  private void checkTree(final TrajectoryTree tree) {
    assertEquals(SAMPLES, tree.draws(), "seed=" + seed);
    double mass = 0;
    for (final Leaf leaf : tree.leaves()) {
      mass += tree.pathWeight(leaf.node());
    }
    assertEquals(1.0, mass, 1e-12, "seed=" + seed);
    final int[] below = new int[tree.nodes().size()];
    for (final TrajectoryNode node : tree.nodes()) {
      if (node.parent() >= 0) {
        below[node.parent()] += node.draws();
      }
    }
    for (final TrajectoryNode node : tree.nodes()) {
      if (below[node.id()] > 0) {
        assertEquals(node.draws() * tree.decidedChildren(node.id()), below[node.id()]);
      }
    }
  }

  @Test
  void faultsHitTheSameSamples() throws InterruptedException {
    final LetterWorld.CallHook broken =
        (text, calls) -> {
          if (text.hashCode() % 3 == 0) {
            throw new IllegalStateException("broken: " + text.length());
          }
          return null;
        };
    final TestRun alone = run(new ChainPolicy()).world(new LetterWorld(99, broken)).groups(30);
    final TestRun together =
        run(new ChainPolicy())
            .world(new LetterWorld(99, broken))
            .groups(30)
            .coalescing(Coalescing.INDEPENDENT);

    SampledPaths.assertSame(alone.run(), together.run(), "seed=" + seed);
  }

  @Test
  void aSwitchOfWeightsAtAPositionHitsEveryBranchThere() throws InterruptedException {
    for (final int position : new int[] {5, 20, 40}) {
      final Map<Integer, GroupResult> alone =
          run(new ChainPolicy()).runner(sure(Manners.BEST).switchingAt(position)).run();
      final Map<Integer, GroupResult> together =
          run(new ChainPolicy())
              .coalescing(Coalescing.INDEPENDENT)
              .runner(sure(Manners.BEST).switchingAt(position))
              .run();

      SampledPaths.assertSame(alone, together, "seed=" + seed + " position=" + position);
      final boolean mixed =
          together.values().stream()
              .flatMap(result -> result.group().trees().getFirst().nodes().stream())
              .anyMatch(node -> node.marks().contains(NodeMark.MIXED_VERSION));
      assertTrue(mixed || position != 20, "no node was sampled by two versions: seed=" + seed);
    }
  }

  static List<BranchingPolicy> refused() {
    return List.of(new TreeGrpoPolicy(3, 1), new TwoStagePolicy(6, 2, 5));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void aPolicyThatCannotCoalesceIsRefusedByName(final BranchingPolicy refused) {
    for (final Coalescing coalescing : List.of(Coalescing.INDEPENDENT, Coalescing.SYSTEMATIC)) {
      final TestRun run = run(refused).coalescing(coalescing);
      final IllegalArgumentException error = assertThrows(IllegalArgumentException.class, run::run);
      assertTrue(error.getMessage().contains("policy=" + refused.name()), error.getMessage());
      assertTrue(error.getMessage().contains("tree.coalesce = false"), error.getMessage());
    }
  }

  @Test
  void divisionNeedsSomethingToDivide() {
    assertThrows(
        IllegalArgumentException.class, () -> new Coalescing(false, Division.SYSTEMATIC, 0));
  }

  @Test
  void aBudgetIsKeptToTheToken() throws InterruptedException {
    for (final Coalescing coalescing : List.of(Coalescing.INDEPENDENT, Coalescing.SYSTEMATIC)) {
      final TestRun run =
          run(new FixedPolicy(List.of(new FixedPolicy.Place(false, 1, 3))))
              .coalescing(coalescing)
              .groups(20)
              .budget(new BudgetConfig(9_000, 20, 4));
      final Map<Integer, GroupResult> results = run.run();

      assertEquals(20, results.size());
      assertTrue(computed(results) <= 9_000, "computed=" + computed(results));
      assertTrue(computed(results) > 6_000, "computed=" + computed(results) + " seed=" + seed);
    }
  }
}
