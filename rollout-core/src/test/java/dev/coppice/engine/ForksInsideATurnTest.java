package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.allocation.GroupOutcome;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.fixture.SampledPaths;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.ScriptedRunner.Manners;
import dev.coppice.fixture.TestRun;
import dev.coppice.model.PathPolicy;
import dev.coppice.model.Tokenizer;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig.Capacity;
import dev.coppice.rollout.EngineConfig.Coalescing;
import dev.coppice.rollout.GroupResult;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.EntropyTopPolicy;
import dev.coppice.scheduling.PublishedEntropyTopPolicy;
import dev.coppice.scheduling.SegmentsPolicy;
import dev.coppice.scheduling.SentencePolicy;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Policies that fork inside a turn: where, in how many, and that nothing of it biases a mean. */
final class ForksInsideATurnTest {
  private static final int LETTERS = 4;
  private static final int LONGEST = 6;
  private static final double STANDARD_ERRORS = 5.2; // Less than once in a million.

  private final long seed = new Random().nextLong();

  /**
   * Draws up to six letters of four, each by the sum of those before it; a path may end at any length.
   * Letter {@code a} is a full stop, letter {@code b} a line break.
   */
  private record Rambling(double endLogit) implements PathPolicy {
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
      int sum = 0;
      for (int i = prompt; i < length; i++) {
        sum += path[i];
      }
      target[offset] = (float) endLogit(length - prompt);
      for (int letter = 1; letter <= LETTERS && length - prompt < LONGEST; letter++) {
        target[offset + letter] = logit(sum, letter);
      }
    }

    private double endLogit(final int drawn) {
      return drawn >= LONGEST ? 60 : drawn == 0 ? -60 : endLogit;
    }

    /** Some states are nearly sure of the next letter, others of none. */
    private static float logit(final int sum, final int letter) {
      return (float) (sum % 3 * Math.sin(3.0 * sum + 2.0 * letter));
    }

    /** Returns the chance of each letter and of the end, which is at place 0. */
    double[] chances(final int drawn, final int sum) {
      final double[] chances = new double[LETTERS + 1];
      chances[0] = Math.exp(endLogit(drawn));
      double total = chances[0];
      for (int letter = 1; letter <= LETTERS && drawn < LONGEST; letter++) {
        chances[letter] = Math.exp(logit(sum, letter));
        total += chances[letter];
      }
      for (int i = 0; i <= LETTERS; i++) {
        chances[i] /= total;
      }
      return chances;
    }

    /** Sums a function of length and sum of letters over all paths: the truth. */
    double expected(final int drawn, final int sum) {
      final double[] chances = chances(drawn, sum);
      double value = chances[0] * value(drawn, sum);
      for (int letter = 1; letter <= LETTERS; letter++) {
        value += chances[letter] > 0 ? chances[letter] * expected(drawn + 1, sum + letter) : 0;
      }
      return value;
    }

    static double value(final int drawn, final int sum) {
      return (sum % 4 == 0 ? 1.0 : 0.0) + 0.1 * drawn;
    }
  }

  /** Reads letter {@code a} as a full stop and letter {@code b} as a line break. */
  private static final class Punctuation implements Tokenizer {
    private final LetterTokenizer letters = new LetterTokenizer();

    @Override
    public int[] encode(final String text) {
      return letters.encode(text);
    }

    @Override
    public String decode(final int[] tokens) {
      return letters.decode(tokens);
    }

    @Override
    public String piece(final int token) {
      return token == 1 ? "." : token == 2 ? "\n" : letters.piece(token);
    }

    @Override
    public int beginToken() {
      return letters.beginToken();
    }

    @Override
    public int endToken() {
      return letters.endToken();
    }

    @Override
    public int vocabularySize() {
      return letters.vocabularySize();
    }

    @Override
    public void close() {}
  }

  /** Makes fresh policies, since one that learns serves one engine. */
  static List<Supplier<BranchingPolicy>> policies() {
    return List.of(
        () -> new SegmentsPolicy(2, new int[] {2, 3, 2}),
        () -> new SegmentsPolicy(1, new int[] {1, 2, 2}),
        () -> new SentencePolicy(new int[] {3, 2}),
        () -> new EntropyTopPolicy(2, 3, 1.0));
  }

  /** And the one that is biased. */
  static List<Supplier<BranchingPolicy>> everyPolicy() {
    final List<Supplier<BranchingPolicy>> all = new ArrayList<>(policies());
    all.add(() -> new PublishedEntropyTopPolicy(2, 2));
    return all;
  }

  private TestRun run(final BranchingPolicy policy, final Rambling model) {
    return run(policy, new ScriptedRunner(model, 128));
  }

  private TestRun run(final BranchingPolicy policy, final ScriptedRunner runner) {
    return new TestRun()
        .seed(seed)
        .policy(policy)
        .tokenizer(new Punctuation())
        .budget(BudgetConfig.trees(2))
        .capacity(new Capacity(16, 8192, 0))
        .runner(runner);
  }

  private static List<TrajectoryTree> trees(final Map<Integer, GroupResult> results) {
    return results.values().stream().flatMap(result -> result.group().trees().stream()).toList();
  }

  /** Returns the letters sampled from the prompt to a node, the end token left out. */
  private static List<Integer> letters(final TrajectoryTree tree, final int node) {
    final List<Integer> path = new ArrayList<>();
    for (int id = node; id >= 0; id = tree.node(id).parent()) {
      final TrajectoryNode at = tree.node(id);
      for (int i = at.length() - 1; at.kind() == NodeKind.ACTION && i >= 0; i--) {
        if (at.tokens()[i] != 0) {
          path.addFirst(at.tokens()[i]);
        }
      }
    }
    return path;
  }

  @Test
  void segmentsGrowTheProductOfTheirChildrenWherePathsAreLongEnough() throws InterruptedException {
    final Rambling endless = new Rambling(-60);
    final SegmentsPolicy policy = new SegmentsPolicy(2, new int[] {2, 3, 2});
    for (final TrajectoryTree tree : trees(run(policy, endless).groups(20).run())) {
      assertEquals(2 * 3 * 2, tree.leaves().size(), "seed=" + seed);
      // Two levels of segments, and the last segment with its end token.
      final int sampled = tree.nodes().stream().skip(1).mapToInt(TrajectoryNode::length).sum();
      assertEquals(2 * 2 + 2 * 3 * 2 + 2 * 3 * 2 * 3, sampled, "seed=" + seed);
    }
  }

  @Test
  void segmentsForkAtTheirBordersAloneAndNeverBehindAnEnd() throws InterruptedException {
    final SegmentsPolicy policy = new SegmentsPolicy(2, new int[] {2, 3, 2});
    int early = 0;
    for (final TrajectoryTree tree : trees(run(policy, new Rambling(0)).groups(200).run())) {
      for (final TrajectoryNode node : tree.nodes()) {
        final int sampled = letters(tree, node.id()).size();
        if (node.branch() != null) {
          assertEquals(0, sampled % 2, "seed=" + seed);
          assertEquals(new int[] {2, 3, 2}[sampled / 2], node.branch().children());
        }
      }
      for (final Leaf leaf : tree.leaves()) {
        early += letters(tree, leaf.node()).size() < 4 ? 1 : 0;
        assertNull(tree.node(leaf.node()).branch(), "a finished path forked: seed=" + seed);
      }
    }
    assertTrue(early > 100, "few paths ended early: " + early + " seed=" + seed);
  }

  @Test
  void sentencesForkBehindEveryEndOfALineOrSentenceUntilTheListIsSpent()
      throws InterruptedException {
    final SentencePolicy policy = new SentencePolicy(new int[] {3, 2});
    int forks = 0;
    for (final TrajectoryTree tree : trees(run(policy, new Rambling(-1)).groups(200).run())) {
      for (final Leaf leaf : tree.leaves()) {
        assertEquals(
            expectedForks(letters(tree, leaf.node())), forksOn(tree, leaf), "seed=" + seed);
        forks += forksOn(tree, leaf).size();
      }
    }
    assertTrue(forks > 100, "forks=" + forks + " seed=" + seed);
  }

  /** Finds by the path's letters alone where it should have forked, and into how many. */
  private static Map<Integer, Integer> expectedForks(final List<Integer> path) {
    final Map<Integer, Integer> expected = new TreeMap<>();
    boolean hasWords = false;
    for (int i = 0; i < path.size(); i++) {
      final boolean isStop = path.get(i) == 1;
      final boolean isBreak = path.get(i) == 2;
      hasWords |= !isBreak;
      final boolean isBehindEnd = i > 0 && path.get(i - 1) <= 2;
      final boolean isEnd = isStop || (isBreak && hasWords && !isBehindEnd);
      if (isEnd && expected.size() < 2) {
        expected.put(i + 1, expected.isEmpty() ? 3 : 2);
      }
    }
    return expected;
  }

  private static Map<Integer, Integer> forksOn(final TrajectoryTree tree, final Leaf leaf) {
    final Map<Integer, Integer> forks = new TreeMap<>();
    for (int id = leaf.node(); id >= 0; id = tree.node(id).parent()) {
      if (tree.node(id).branch() != null) {
        forks.put(letters(tree, id).size(), tree.node(id).branch().children());
      }
    }
    return forks;
  }

  @Test
  void entropyTopForksWhereItsThresholdSaysAndMovesItToTheMedianOfTheNthEntropy()
      throws InterruptedException {
    final Rambling model = new Rambling(-1);
    final int groups = 600;
    final var results = run(new EntropyTopPolicy(2, 3, 4.0), model).groups(groups).run();
    double reached = 0;
    for (int place = groups / 2; place < groups; place++) {
      for (final TrajectoryTree tree : results.get(place).group().trees()) {
        reached += GroupOutcome.Tree.of(tree, 0).shareOfForks(2) / (groups / 2) / 2;
      }
    }

    assertEquals(0, GroupOutcome.Tree.of(trees(results).getFirst(), 0).shareOfForks(1), 1e-9);
    assertEquals(0.5, reached, 0.1, "seed=" + seed);
  }

  @ParameterizedTest
  @MethodSource("policies")
  void pathWeightedMeansEqualTheExactExpectation(final Supplier<BranchingPolicy> policy)
      throws InterruptedException {
    final Rambling model = new Rambling(-0.5);
    final double truth = model.expected(0, 0);
    for (final Coalescing coalescing :
        List.of(Coalescing.NONE, Coalescing.INDEPENDENT, Coalescing.SYSTEMATIC)) {
      final var results = run(policy.get(), model).coalescing(coalescing).groups(2_000).run();
      double sum = 0;
      double squares = 0;
      for (final GroupResult result : results.values()) {
        final double value = groupMean(result);
        sum += value;
        squares += value * value;
      }
      final int n = results.size();
      final double error = Math.sqrt((squares / n - sum / n * sum / n) / n);
      assertEquals(truth, sum / n, STANDARD_ERRORS * error, coalescing + " seed=" + seed);
    }
  }

  private static double groupMean(final GroupResult result) {
    double mean = 0;
    for (final TrajectoryTree tree : result.group().trees()) {
      double mass = 0;
      for (final Leaf leaf : tree.leaves()) {
        final List<Integer> path = letters(tree, leaf.node());
        final int sum = path.stream().mapToInt(Integer::intValue).sum();
        final double weight = tree.pathWeight(leaf.node());
        mean += weight * Rambling.value(path.size(), sum) / result.group().trees().size();
        mass += weight;
      }
      assertEquals(1.0, mass, 1e-9);
    }
    return mean;
  }

  @ParameterizedTest
  @MethodSource("everyPolicy")
  void treesDependNeitherOnTheOrderOfAnswersNorOnThreads(final Supplier<BranchingPolicy> policy)
      throws InterruptedException {
    final Rambling model = new Rambling(-1);
    final BudgetConfig budget = new BudgetConfig(4_000, 20, 1);
    for (final BudgetConfig bound : List.of(BudgetConfig.trees(3), budget)) {
      final String expected =
          TestRun.canonical(run(policy.get(), model).budget(bound).groups(20).run());
      for (final Manners manners :
          List.of(Manners.OF_A_SERVER, new Manners(1, 3, 2, 0, true, Long.MAX_VALUE))) {
        final String actual =
            TestRun.canonical(
                run(policy.get(), new ScriptedRunner(model, 128, manners))
                    .budget(bound)
                    .groups(20)
                    .run());
        assertEquals(expected, actual, "seed=" + seed + " " + manners + " " + bound);
      }
    }
  }

  @Test
  void aResumedRunGoesOnWithTheThresholdItHad() throws InterruptedException {
    final Rambling model = new Rambling(-1);
    final Map<Integer, GroupResult> whole =
        run(new EntropyTopPolicy(2, 2, 4.0), model).groups(60).run();
    final Random random = new Random(seed);
    final Map<Integer, List<GroupOutcome.Tree>> finished = new HashMap<>();
    final Map<Integer, GroupResult> rest = new TreeMap<>(whole);
    for (final GroupResult result : whole.values()) {
      if (random.nextBoolean()) {
        finished.put(
            result.request().index(),
            result.group().trees().stream().map(tree -> GroupOutcome.Tree.of(tree, 9)).toList());
        rest.remove(result.request().index());
      }
    }

    final Map<Integer, GroupResult> resumed =
        run(new EntropyTopPolicy(2, 2, 4.0), model).groups(60).restored(finished).run();

    assertEquals(TestRun.canonical(rest), TestRun.canonical(resumed), "seed=" + seed);
    assertTrue(trees(whole).stream().anyMatch(tree -> tree.leaves().size() > 1), "seed=" + seed);
  }

  @Test
  void samplesOfASentenceTreeAreTheSameCoalescedOrNot() throws InterruptedException {
    final Rambling model = new Rambling(-1);
    final SentencePolicy policy = new SentencePolicy(new int[] {2, 2});

    SampledPaths.assertSame(
        run(policy, model).groups(40).run(),
        run(policy, model).groups(40).coalescing(Coalescing.INDEPENDENT).run(),
        "seed=" + seed);
  }

  @Test
  void thePublishedFormForksAtTheMostUncertainTokensOfItsFinishedFirstPath()
      throws InterruptedException {
    final Rambling model = new Rambling(-1);
    final PublishedEntropyTopPolicy policy = new PublishedEntropyTopPolicy(2, 3);
    assertTrue(policy.isBiased());
    int whole = 0;
    for (final TrajectoryTree tree : trees(run(policy, model).groups(200).run())) {
      final Leaf first = tree.leaves().getFirst();
      final List<Integer> path = letters(tree, first.node());
      final List<Double> entropies = new ArrayList<>();
      int sum = 0;
      for (int drawn = 0; drawn <= path.size(); drawn++) {
        entropies.add(entropy(model.chances(drawn, sum)));
        sum += drawn < path.size() ? path.get(drawn) : 0;
      }
      final List<Double> forked = new ArrayList<>();
      forksOn(tree, first).keySet().forEach(place -> forked.add(entropies.get(place)));
      forksOn(tree, first).values().forEach(children -> assertEquals(4, children));
      entropies.sort(Comparator.reverseOrder());
      forked.sort(Comparator.reverseOrder());
      final int places = Math.min(2, entropies.size());
      assertEquals(places, forked.size(), "seed=" + seed);
      for (int i = 0; i < places; i++) {
        assertEquals(entropies.get(i), forked.get(i), 1e-4, "seed=" + seed);
      }
      assertEquals(1 + 3 * places, tree.leaves().size(), "seed=" + seed);
      assertEquals(
          1.0,
          tree.leaves().stream().mapToDouble(leaf -> tree.pathWeight(leaf.node())).sum(),
          1e-9);
      whole += places == 2 ? 1 : 0;
    }
    assertTrue(whole > 100, "whole=" + whole + " seed=" + seed);
  }

  private static double entropy(final double[] chances) {
    double entropy = 0;
    for (final double chance : chances) {
      entropy -= chance > 0 ? chance * Math.log(chance) : 0;
    }
    return entropy;
  }

  @Test
  void thePublishedFormIsBiasedAndTheFormWithAThresholdIsNot() throws InterruptedException {
    final Rambling model = new Rambling(-1);
    final double truth = model.expected(0, 0);
    final double published = errorsOff(new PublishedEntropyTopPolicy(2, 6), model, truth);
    final double threshold = errorsOff(new EntropyTopPolicy(2, 3, 1.0), model, truth);

    final String seen = "standard errors off: " + published + " seed=" + seed;
    assertTrue(Math.abs(published) > STANDARD_ERRORS, seen);
    assertTrue(Math.abs(threshold) < STANDARD_ERRORS, threshold + " seed=" + seed);
  }

  private double errorsOff(final BranchingPolicy policy, final Rambling model, final double truth)
      throws InterruptedException {
    double sum = 0;
    double squares = 0;
    int n = 0;
    for (int part = 0; part < 3; part++) { // A queue holds 8,192 groups.
      for (final GroupResult result :
          run(policy, model).seed(seed + part).groups(4_000).run().values()) {
        final double value = groupMean(result);
        sum += value;
        squares += value * value;
        n++;
      }
    }
    return (sum / n - truth) / Math.sqrt((squares / n - sum / n * sum / n) / n);
  }

  @Test
  void aBudgetThatEndsInTheMiddleLeavesNoParkedBranchBehind() throws InterruptedException {
    final Rambling model = new Rambling(-60);
    for (int tokens = 60; tokens < 160; tokens += 7) {
      final TestRun run = run(new PublishedEntropyTopPolicy(2, 2), model).groups(6);
      final var results = run.budget(new BudgetConfig(tokens, 6, 1)).run();

      assertEquals(6, results.size(), "tokens=" + tokens + " seed=" + seed);
      for (final TrajectoryTree tree : trees(results)) {
        for (final TrajectoryNode node : tree.nodes()) {
          final boolean isEnd = tree.childCount(node.id()) == 0;
          assertEquals(isEnd, tree.leafAt(node.id()) >= 0, "tokens=" + tokens);
        }
      }
    }
  }
}
