package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.draw.Division;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.ScriptedRunner.Manners;
import dev.coppice.fixture.TestRun;
import dev.coppice.fixture.WatchedRunner;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.PathPolicy;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig.Capacity;
import dev.coppice.rollout.EngineConfig.Coalescing;
import dev.coppice.rollout.GroupResult;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.scheduling.EntropyPolicy;
import dev.coppice.scheduling.FixedPolicy;
import dev.coppice.scheduling.SegmentsPolicy;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Systematic division keeps every expectation and takes most of the variance away. */
final class SystematicDivisionTest {
  private static final int SAMPLES = 6;
  private static final int GROUPS = 3_000;
  private static final double STANDARD_ERRORS = 5.2; // Less than once in a million.

  private final long seed = new Random().nextLong();

  /** Draws two letters of five with known probabilities, the second by the first, then ends. */
  private static final class TwoLetters implements PathPolicy {
    private static final double[][] LOGITS = {
      {0.0, 1.3, -0.4, 0.7, -1.5},
      {0.2, -1.0, 2.0, 0.1, 0.0},
      {-2.0, 0.5, 0.5, 1.5, 0.3},
      {1.0, 1.0, 1.0, 1.0, 1.0},
      {3.0, -1.0, 0.0, 0.2, -0.6},
      {0.1, 0.4, -0.2, -3.0, 1.9}
    };
    private static final int FIRST_DIGIT = LetterTokenizer.ALPHABET.indexOf('0');

    @Override
    public void scores(final int[] path, final int length, final float[] target, final int offset) {
      for (int token = 0; token < LetterTokenizer.ALPHABET.length(); token++) {
        target[offset + token] = -60;
      }
      int prompt = 1; // A prompt ends with its only digit.
      while (path[prompt - 1] < FIRST_DIGIT) {
        prompt++;
      }
      if (length >= prompt + 2) {
        target[offset] = 60;
        return;
      }
      final double[] logits = LOGITS[length == prompt ? 0 : path[prompt]];
      for (int letter = 0; letter < logits.length; letter++) {
        target[offset + 1 + letter] = (float) logits[letter];
      }
    }

    static double probability(final int first, final int second) {
      return share(LOGITS[0], first) * share(LOGITS[first + 1], second);
    }

    private static double share(final double[] logits, final int letter) {
      double total = 0;
      for (final double logit : logits) {
        total += Math.exp(logit);
      }
      return Math.exp(logits[letter]) / total;
    }
  }

  static List<BranchingPolicy> policies() {
    return List.of(
        new ChainPolicy(),
        new FixedPolicy(List.of(new FixedPolicy.Place(false, 0, 3))),
        new EntropyPolicy(1.0, new int[] {4}),
        new EntropyPolicy(1.0, new int[] {4}, 0.7),
        new SegmentsPolicy(1, new int[] {2, 3}));
  }

  private TestRun run(final BranchingPolicy policy, final Coalescing coalescing) {
    return new TestRun()
        .seed(seed)
        .policy(policy)
        .coalescing(coalescing)
        .budget(BudgetConfig.trees(SAMPLES))
        .capacity(new Capacity(32, 8192, 0))
        .groups(GROUPS)
        .runner(new ScriptedRunner(new TwoLetters(), 128));
  }

  /** Sums the path weights that reached each pair of letters, and their squares, over groups. */
  private static double[][][] masses(final Map<Integer, GroupResult> results) {
    final double[][][] sums = new double[2][5][5];
    for (final GroupResult result : results.values()) {
      final TrajectoryTree tree = result.group().trees().getFirst();
      final double[][] mass = new double[5][5];
      for (final Leaf leaf : tree.leaves()) {
        final List<Integer> path = Paths.to(tree, leaf.node());
        final int end = path.size() - 1;
        mass[path.get(end - 2) - 1][path.get(end - 1) - 1] += tree.pathWeight(leaf.node());
      }
      for (int i = 0; i < 25; i++) {
        sums[0][i / 5][i % 5] += mass[i / 5][i % 5];
        sums[1][i / 5][i % 5] += mass[i / 5][i % 5] * mass[i / 5][i % 5];
      }
    }
    return sums;
  }

  @ParameterizedTest
  @MethodSource("policies")
  void pathWeightedMeansAreUnbiasedAndVaryLess(final BranchingPolicy policy)
      throws InterruptedException {
    final double[][][] systematic = masses(run(policy, Coalescing.SYSTEMATIC).run());
    final double[][][] independent = masses(run(policy, Coalescing.INDEPENDENT).run());
    double less = 0;
    double more = 0;
    for (int i = 0; i < 25; i++) {
      final double truth = TwoLetters.probability(i / 5, i % 5);
      less += check(systematic, i, truth, "systematic " + policy.name());
      more += check(independent, i, truth, "independent " + policy.name());
    }
    assertTrue(less < 0.85 * more, "variance=" + less + " independent=" + more + " seed=" + seed);
  }

  private double check(
      final double[][][] sums, final int cell, final double truth, final String name) {
    final double mean = sums[0][cell / 5][cell % 5] / GROUPS;
    final double variance = sums[1][cell / 5][cell % 5] / GROUPS - mean * mean;
    final double error = Math.sqrt(variance / GROUPS);
    // What is hardly ever drawn is not normal enough for a bound in standard errors.
    final boolean isRare = truth * GROUPS * SAMPLES < 100;
    assertTrue(
        isRare || Math.abs(mean - truth) < STANDARD_ERRORS * error,
        name + " seed=" + seed + " cell=" + cell + " mean=" + mean + " truth=" + truth);
    return variance;
  }

  @ParameterizedTest
  @MethodSource("policies")
  void drawsDependNeitherOnTheBatchNorOnThreads(final BranchingPolicy policy)
      throws InterruptedException {
    final String expected = letters(policy, Manners.BEST, 1);
    for (final Manners manners :
        List.of(Manners.OF_A_SERVER, new Manners(1, 3, 2, 0, true, Long.MAX_VALUE))) {
      for (final int threads : new int[] {0, 2}) {
        assertEquals(expected, letters(policy, manners, threads), "seed=" + seed + " " + manners);
      }
    }
  }

  private String letters(final BranchingPolicy policy, final Manners manners, final int threads)
      throws InterruptedException {
    return TestRun.canonical(
        new TestRun()
            .seed(seed)
            .policy(policy)
            .coalescing(Coalescing.SYSTEMATIC)
            .budget(BudgetConfig.trees(SAMPLES))
            .capacity(new Capacity(4, 1024, threads))
            .runner(ScriptedRunner.letters(manners))
            .run());
  }

  @Test
  void atTheFirstTokenEveryLetterGetsTheFloorOrTheCeilingOfItsShare() throws InterruptedException {
    final Map<Integer, GroupResult> results =
        run(new ChainPolicy(), Coalescing.SYSTEMATIC).groups(300).run();
    for (final GroupResult result : results.values()) {
      final TrajectoryTree tree = result.group().trees().getFirst();
      final Map<Integer, Integer> counts = new TreeMap<>();
      for (final Leaf leaf : tree.leaves()) {
        final List<Integer> path = Paths.to(tree, leaf.node());
        counts.merge(path.get(path.size() - 3), leaf.draws(), Integer::sum);
      }
      for (int letter = 0; letter < 5; letter++) {
        final double share = SAMPLES * TwoLetters.share(TwoLetters.LOGITS[0], letter);
        final int drawn = counts.getOrDefault(letter + 1, 0);
        assertTrue(Math.abs(drawn - share) < 1, "seed=" + seed + " " + drawn + " of " + share);
      }
    }
  }

  @Test
  void oneGroupOfSoManyIsDividedIndependentlyAndSaysSo() throws InterruptedException {
    final Map<Integer, GroupResult> mixed =
        run(new ChainPolicy(), Coalescing.SYSTEMATIC.withIndependent(4)).groups(9).run();
    final Map<Integer, GroupResult> independent =
        run(new ChainPolicy(), Coalescing.INDEPENDENT).groups(9).run();
    for (final Map.Entry<Integer, GroupResult> entry : mixed.entrySet()) {
      final boolean own = entry.getKey() % 4 == 0;
      final GroupResult other = independent.get(entry.getKey());
      final Division division = entry.getValue().group().trees().getFirst().division();
      assertEquals(own ? Division.INDEPENDENT : Division.SYSTEMATIC, division);
      final Map<Integer, GroupResult> one = Map.of(entry.getKey(), entry.getValue());
      final String expected = TestRun.canonical(Map.of(entry.getKey(), other));
      assertEquals(own, expected.equals(TestRun.canonical(one)), "seed=" + seed);
    }
  }

  @Test
  void anEngineThatDrawsWithItsOwnNumbersIsRefused() {
    final ModelRunner own =
        new WatchedRunner(new ScriptedRunner(new TwoLetters(), 128)) {
          @Override
          public Traits traits() {
            final Traits all = super.traits();
            return new Traits(
                all.vocabularySize(),
                all.contextTokens(),
                all.mostWork(),
                all.tellsEntropy(),
                false,
                all.answerWithinNs());
          }
        };
    final TestRun run = run(new ChainPolicy(), Coalescing.SYSTEMATIC).runner(own);
    final IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, run::run);
    assertTrue(refused.getMessage().contains("tree.division"), refused.getMessage());
  }
}
