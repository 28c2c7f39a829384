package dev.coppice.decoder.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.core.State;
import dev.coppice.decoder.sampling.SlowDistribution;
import dev.coppice.episode.TurnRules;
import dev.coppice.eventlog.EventDescriptor;
import dev.coppice.eventlog.JournalReplay;
import dev.coppice.fixture.LetterPolicy;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.SampledPaths;
import dev.coppice.fixture.TestRun;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig.Capacity;
import dev.coppice.rollout.EngineConfig.Coalescing;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.scheduling.EntropyPolicy;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.SamplingSettings.LogitRules;
import dev.coppice.trajectory.SpanKind;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Penalties, stops and bounded thoughts depend on the path alone, whoever shares or recomputes it. */
@Timeout(300)
final class TurnRulesRunTest {
  private static final int THOUGHTS = 4;
  private static final int MIN_NEW = 3;
  private static final int TURN = 18;
  private static final String FORCED = "2g1";
  private static final List<String> STOPS = List.of("cde", "aa", "bd");
  private static final LetterTokenizer LETTERS = new LetterTokenizer();
  private static final TurnRules RULES =
      new TurnRules(
          TURN,
          new TurnRules.Stops(STOPS, List.of(), false),
          new TurnRules.Thinking("f", "g", THOUGHTS, FORCED));
  private static final SamplingSettings SAMPLING =
      new SamplingSettings(
          1.1, 0.95, 14, 0.01, new LogitRules(1.2, 0.3, 0.2, Map.of(2, 1.0, 5, -0.5), MIN_NEW));

  private record Frame(int type, byte[] payload) {}

  static List<BranchingPolicy> policies() {
    return List.of(new ChainPolicy(), new EntropyPolicy(1.9, new int[] {3, 2}));
  }

  private static TestRun run(final BranchingPolicy policy, final BatchConfig config) {
    final RolloutLimits limits = new RolloutLimits(64, 8, 256, 10_000_000_000L).with(RULES);
    return new TestRun()
        .policy(policy)
        .sampling(SAMPLING)
        .limits(
            new RolloutLimits(
                limits.newTokens(),
                limits.calls(),
                limits.observation(),
                limits.callDeadlineNs(),
                RULES,
                true))
        .budget(BudgetConfig.trees(5))
        .runner(Letters.runner(config))
        .capacity(new Capacity(4, 64, 0));
  }

  @ParameterizedTest
  @MethodSource("policies")
  void samplesThatShareAPathAreThoseOfSeparateChains(final BranchingPolicy policy)
      throws InterruptedException {
    final long seed = new Random().nextLong();
    final BatchConfig config = new BatchConfig(16, 64, 2048, 4);
    final Map<Integer, GroupResult> alone = run(policy, config).seed(seed).run();
    final Map<Integer, GroupResult> together =
        run(policy, config).seed(seed).coalescing(Coalescing.INDEPENDENT).run();

    SampledPaths.assertSame(alone, together, "seed=" + seed);
  }

  @ParameterizedTest
  @MethodSource("policies")
  void aTightPoolAndOtherBatchesChangeNothing(final BranchingPolicy policy)
      throws InterruptedException {
    final Random seeds = new Random();
    long preemptions = 0;
    for (int attempt = 0; attempt < 20 && preemptions == 0; attempt++) {
      final long seed = seeds.nextLong();
      for (final Coalescing coalescing : List.of(Coalescing.NONE, Coalescing.SYSTEMATIC)) {
        final String expected =
            TestRun.canonical(
                run(policy, new BatchConfig(3, 7, 2048, 4))
                    .seed(seed)
                    .coalescing(coalescing)
                    .run());
        final TestRun tight =
            run(policy, new BatchConfig(16, 64, 34, 4)).seed(seed).coalescing(coalescing);

        assertEquals(expected, TestRun.canonical(tight.run()), "seed=" + seed);
        preemptions += tight.stats().runner("preemptions");
      }
    }
    assertTrue(preemptions > 0, "the pool was never tight");
  }

  @ParameterizedTest
  @MethodSource("policies")
  void theJournalReplaysForcedTokensAndKeptIds(final BranchingPolicy policy)
      throws InterruptedException {
    final long seed = new Random().nextLong();
    final List<Frame> journal = new ArrayList<>();
    final TestRun run =
        run(policy, new BatchConfig(16, 64, 64, 4))
            .seed(seed)
            .coalescing(Coalescing.INDEPENDENT)
            .journal(
                (type, buffer, offset, length) -> {
                  final byte[] payload = new byte[length];
                  buffer.getBytes(offset, payload);
                  journal.add(new Frame(type, payload));
                });
    final Map<Integer, GroupResult> lived = run.run();
    final Map<Integer, GroupResult> replayed = new TreeMap<>();
    final State.World world =
        new State.World(
            run.policy(),
            LETTERS,
            LetterWorld.calm(1).dialect(),
            Letters.runner(Letters.CONFIG).traits());
    final JournalReplay replay =
        new JournalReplay(
            run.config(), world, result -> replayed.put(result.request().index(), result));
    for (final Frame frame : journal) {
      replay.accept(frame.type(), frame.payload());
      replay.checkIntegrity();
    }

    assertEquals(TestRun.canonical(lived), TestRun.canonical(replayed), "seed=" + seed);
    assertTrue(journal.stream().anyMatch(frame -> frame.type() == EventDescriptor.DRAWN_KEPT));
  }

  /** Follows every path token by token and asks a slow reading of the rules what must follow. */
  @ParameterizedTest
  @MethodSource("policies")
  void everyPathObeysASlowReadingOfTheRules(final BranchingPolicy policy)
      throws InterruptedException {
    final long seed = new Random().nextLong();
    final Map<StopReason, Integer> ends = new EnumMap<>(StopReason.class);
    int forced = 0;
    for (int round = 0; round < 3; round++) {
      final TestRun run = run(policy, new BatchConfig(16, 64, 2048, 4)).seed(seed + round);
      for (final GroupResult result : run.groups(24).run().values()) {
        for (final TrajectoryTree tree : result.group().trees()) {
          for (final Leaf leaf : tree.leaves()) {
            forced += new Path(tree, leaf, "seed=" + (seed + round)).check();
            ends.merge(leaf.stop(), 1, Integer::sum);
          }
        }
      }
    }
    assertTrue(forced > 0, "nothing was forced: seed=" + seed);
    assertTrue(ends.containsKey(StopReason.STOP) && ends.containsKey(StopReason.TURN), "" + ends);
    assertTrue(ends.containsKey(StopReason.ANSWER), "" + ends);
  }

  /** One path, read again from its beginning for every token. */
  private static final class Path {
    private static final SlowDistribution REFERENCE =
        new SlowDistribution(SAMPLING, List.of(0), List.of());

    private final TrajectoryTree tree;
    private final Leaf leaf;
    private final String place;
    private int[] path;
    private int turnStart;
    private int forced;

    Path(final TrajectoryTree tree, final Leaf leaf, final String place) {
      this.tree = tree;
      this.leaf = leaf;
      this.place = place;
      path = tree.node(0).tokens().clone();
      turnStart = path.length;
    }

    int check() {
      final List<TrajectoryNode> nodes = new ArrayList<>();
      for (int id = leaf.node(); id > 0; id = tree.node(id).parent()) {
        nodes.addFirst(tree.node(id));
      }
      for (final TrajectoryNode node : nodes) {
        if (node.kind() == NodeKind.ACTION) {
          sampled(node);
        } else if (node.isForced()) {
          forced(node);
        } else {
          path = joined(node.tokens());
          turnStart = path.length;
        }
      }
      assertEquals(leaf.stop() == StopReason.STOP, stopEnd(turn()) == turn().length(), place);
      if (leaf.stop() == StopReason.STOP) {
        final String stopped = turn();
        assertTrue(
            STOPS.stream().anyMatch(stop -> stopped.endsWith(leaf.answer() + stop)),
            place + stopped);
      }
      assertEquals(leaf.stop() == StopReason.TURN, turn().length() >= TURN && !ends(), place);
      return forced;
    }

    private boolean ends() {
      return switch (leaf.stop()) {
        case ANSWER, EOS, STOP, LENGTH, CALLS, ENVIRONMENT -> true;
        default -> false;
      };
    }

    private void sampled(final TrajectoryNode node) {
      int kept = 0;
      for (int i = 0; i < node.length(); i++) {
        assertTrue(thoughts(turn()) < THOUGHTS, place + " thoughts must be closed: " + turn());
        assertEquals(-1, stopEnd(turn()), place + " the turn has stopped: " + turn());
        final float[] logits = new float[LetterTokenizer.ALPHABET.length()];
        new LetterPolicy(3.0).scores(path, path.length, logits, 0);
        final double[] expected = REFERENCE.of(logits, path, turnStart);
        final int token = node.tokens()[i];
        assertEquals(expected[token], Math.exp(node.logprobs()[i]), 2e-6, place);
        final int count = node.kept().counts()[i];
        final int[] ids = Arrays.copyOfRange(node.kept().ids(), kept, kept += count);
        for (int id = 0; id < expected.length; id++) {
          final int wanted = id;
          final boolean lists = ids.length > 0 && ids[0] >= 0;
          final boolean isListed =
              Arrays.stream(ids).anyMatch(one -> one == (lists ? wanted : -1 - wanted));
          assertEquals(expected[id] > 0, isListed == lists, place + " id=" + id);
        }
        path = joined(new int[] {token});
      }
    }

    private void forced(final TrajectoryNode node) {
      forced++;
      assertTrue(thoughts(turn()) >= THOUGHTS, place + turn());
      assertEquals(FORCED, LETTERS.decode(node.tokens()), place);
      assertEquals(0, node.logprobs().length, place);
      assertEquals(SpanKind.TEMPLATE, node.spans().getFirst().kind(), place);
      path = joined(node.tokens());
    }

    private String turn() {
      final String text = LETTERS.decode(Arrays.copyOfRange(path, turnStart, path.length));
      return text.endsWith("~") ? text.substring(0, text.length() - 1) : text;
    }

    private int[] joined(final int[] more) {
      final int[] all = Arrays.copyOf(path, path.length + more.length);
      System.arraycopy(more, 0, all, path.length, more.length);
      return all;
    }

    /** Counts the letters of all thoughts of a turn, if the last of them is open. */
    private static int thoughts(final String turn) {
      int count = 0;
      boolean thinks = false;
      boolean acts = false;
      for (final char letter : turn.toCharArray()) {
        if (thinks) {
          thinks = letter != 'g';
          count += thinks ? 1 : 0;
        } else if (!acts) {
          thinks = letter == 'f';
          acts = letter == '(' || letter == '[';
        }
      }
      return thinks ? count : 0;
    }

    /** Returns where the first stop of a turn ends, or -1; no stop ends among the first tokens. */
    private static int stopEnd(final String turn) {
      for (int end = MIN_NEW + 1; end <= turn.length(); end++) {
        for (final String stop : STOPS) {
          if (turn.substring(0, end).endsWith(stop)) {
            return end;
          }
        }
      }
      return -1;
    }
  }

  @Test
  void aRunWithoutRulesIsWhatItWas() throws InterruptedException {
    final BatchConfig config = new BatchConfig(16, 64, 2048, 4);
    final TestRun plain = new TestRun().seed(3).runner(Letters.runner(config));
    final SamplingSettings idle =
        new SamplingSettings(1, 1, 0, 0, new LogitRules(1, 0, 0, Map.of(4, 0.0), 0));
    final TestRun idling = new TestRun().seed(3).runner(Letters.runner(config)).sampling(idle);

    assertEquals(TestRun.canonical(plain.run()), TestRun.canonical(idling.run()));
  }
}
