package dev.coppice.decoder.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.core.State;
import dev.coppice.decoder.sampling.Sampler;
import dev.coppice.eventlog.JournalReplay;
import dev.coppice.fixture.LetterPolicy;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.TestRun;
import dev.coppice.model.ModelRunner;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.rollout.WeightSwap;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.scheduling.EntropyPolicy;
import dev.coppice.scheduling.FixedPolicy;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Weights change at random passes of random rollouts; the backend fails a pass that reads keys and
 * values of other weights, and every token is compared with a cold policy of its version.
 */
final class WeightSwapPropertyTest {
  private record Frame(int type, byte[] payload) {}

  private static final int ROUNDS = 24;

  /** One run with its journal. */
  private static final class Run {
    private final long seed;
    private final WeightSwap swap;
    private final SwappingBackend backend;
    private final List<Frame> journal = new ArrayList<>();
    private final TestRun run;
    private final boolean limited;
    private final int groups;
    private Map<Integer, GroupResult> results;

    Run(final long seed, final WeightSwap swap) {
      this.seed = seed;
      this.swap = swap;
      final Random random = new Random(seed);
      backend = new SwappingBackend(seed, 1 + random.nextInt(12));
      groups = 4 + random.nextInt(16);
      limited = random.nextInt(3) == 0;
      final List<BranchingPolicy> policies =
          List.of(
              new ChainPolicy(),
              new FixedPolicy(List.of(new FixedPolicy.Place(false, 0, 3))),
              new EntropyPolicy(2.3, new int[] {4, 2}));
      final int blocks = random.nextBoolean() ? 36 + random.nextInt(40) : 512;
      final int rows = 1 + random.nextInt(16);
      run =
          new TestRun()
              .seed(seed)
              .groups(groups)
              .policy(policies.get(random.nextInt(3)))
              .budget(limited ? new BudgetConfig(4_000, groups, 1) : BudgetConfig.trees(3))
              .capacity(new EngineConfig.Capacity(4, 64, 0))
              .weights(new EngineConfig.Weights(swap, 0, 2 + random.nextInt(2)))
              .runner(new BatchRunner(backend, new BatchConfig(rows, rows + 20, blocks, 4)))
              .onStart(backend::engine)
              .journal(
                  (type, buffer, offset, length) -> {
                    final byte[] payload = new byte[length];
                    buffer.getBytes(offset, payload);
                    journal.add(new Frame(type, payload));
                  });
    }

    Run go() throws InterruptedException {
      results = run.run();
      return this;
    }

    long swaps() {
      return run.stats().weightSwaps();
    }

    @Override
    public String toString() {
      return "seed=" + seed + " swap=" + swap;
    }
  }

  @ParameterizedTest
  @EnumSource(WeightSwap.class)
  void shouldSampleEveryTokenFromTheVersionItCarries(final WeightSwap swap)
      throws InterruptedException {
    final Random random = new Random();
    long swaps = 0;
    long mixed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      final Run run = new Run(random.nextLong(), swap).go();

      swaps += run.swaps();
      assertEquals(run.groups, run.results.size(), "groups lost: " + run);
      for (final GroupResult result : run.results.values()) {
        assertTrue(run.limited || result.group().trees().size() == 3, "trees lost: " + run);
        for (final TrajectoryTree tree : result.group().trees()) {
          mixed += check(tree, run);
        }
      }
    }
    assertTrue(swaps > ROUNDS, "too few swaps to tell: swaps=" + swaps);
    assertEquals(swap == WeightSwap.RECOMPUTE, mixed > 0, "trees of several versions: " + mixed);
  }

  /** Checks a tree against cold policies; answers 1 if it holds tokens of several versions. */
  private static int check(final TrajectoryTree tree, final Run run) {
    final Set<Integer> versions = new HashSet<>();
    final Set<List<Integer>> paths = new HashSet<>();
    for (final Leaf leaf : tree.leaves()) {
      assertTrue(leaf.status() != LeafStatus.INFRA_FAILED, leaf + " " + run);
      final List<Integer> nodes = new ArrayList<>();
      for (int id = leaf.node(); id >= 0; id = tree.node(id).parent()) {
        nodes.addFirst(id);
      }
      assertTrue(paths.add(nodes), "a leaf came twice: " + run);
      checkPath(tree, nodes, versions, run);
    }
    return versions.size() > 1 ? 1 : 0;
  }

  private static void checkPath(
      final TrajectoryTree tree,
      final List<Integer> nodes,
      final Set<Integer> versions,
      final Run run) {
    final Sampler sampler = new Sampler(SamplingSettings.PLAIN);
    final int vocabulary = LetterTokenizer.ALPHABET.length();
    final float[] logits = new float[vocabulary];
    final int[] path = new int[256];
    int length = 0;
    int newest = 0;
    for (final int id : nodes) {
      final TrajectoryNode node = tree.node(id);
      int run0 = 0;
      int left = node.versionRuns().isEmpty() ? 0 : node.versionRuns().getFirst().length();
      for (int i = 0; i < node.length(); i++) {
        if (node.kind().isSampled()) {
          if (left-- == 0) {
            left = node.versionRuns().get(++run0).length() - 1;
          }
          final int version = node.versionRuns().get(run0).version();
          versions.add(version);
          assertTrue(version >= newest, "versions fall along a path: " + run);
          newest = version;
          new LetterPolicy(3.0, version).scores(path, length, logits, 0);
          sampler.load(logits, 0, vocabulary);
          assertEquals(sampler.logprob(node.tokens()[i]), node.logprobs()[i], "node " + id + run);
        }
        path[length++] = node.tokens()[i];
      }
    }
  }

  @ParameterizedTest
  @EnumSource(WeightSwap.class)
  void shouldKeepTheLedgerAndReplayTheJournal(final WeightSwap swap) throws InterruptedException {
    final Random random = new Random();
    long recomputed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      final Run run = new Run(random.nextLong(), swap).go();
      final Map<Integer, GroupResult> replayed = new TreeMap<>();
      final State.World world =
          new State.World(
              run.run.policy(),
              new LetterTokenizer(),
              LetterWorld.calm(1).dialect(),
              Letters.runner(Letters.CONFIG).traits());
      final JournalReplay replay =
          new JournalReplay(
              run.run.config(), world, result -> replayed.put(result.request().index(), result));
      for (final Frame frame : run.journal) {
        replay.accept(frame.type(), frame.payload());
        replay.checkIntegrity();
      }

      assertEquals(TestRun.canonical(run.results), TestRun.canonical(replayed), run.toString());
      // The replay has no model, so nothing is held of its memory.
      final List<TreeLedger> lived =
          run.results.get(0).ledgers().stream().map(ledger -> ledger.holding(0)).toList();
      assertEquals(lived, replayed.get(0).ledgers(), run.toString());
      checkLedger(run);
      recomputed += replay.counters().recomputed;
    }
    assertTrue(recomputed > 0, "nothing was computed again");
  }

  private static void checkLedger(final Run run) {
    long given = 0;
    long sampled = 0;
    long prefilled = 0;
    long decoded = 0;
    long blockNs = 0;
    for (final GroupResult result : run.results.values()) {
      for (final TreeLedger ledger : result.ledgers()) {
        prefilled += ledger.prefilledTokens() - ledger.recomputedTokens();
        decoded += ledger.decodedTokens();
        blockNs += ledger.blockNs();
      }
      for (final TrajectoryTree tree : result.group().trees()) {
        for (final TrajectoryNode node : tree.nodes()) {
          sampled += node.kind() == NodeKind.ACTION ? node.length() : 0;
          given += node.kind() == NodeKind.ACTION ? 0 : node.length() - node.cachedTokens();
        }
      }
    }
    assertEquals(sampled, decoded, run.toString());
    assertEquals(blockNs, run.run.stats().runner(ModelRunner.HELD_NS), run.toString());
    if (!run.limited) {
      assertEquals(given, prefilled, run.toString());
    }
  }

  @Test
  void shouldHoldNoMoreVersionsThanAllowedAndDropTheOldOnes() throws InterruptedException {
    final Random random = new Random();
    int most = 0;
    for (int round = 0; round < ROUNDS; round++) {
      final Run run = new Run(random.nextLong(), WeightSwap.FINISH).go();
      most = Math.max(most, run.backend.mostHeld());

      assertTrue(
          run.backend.mostHeld() <= run.run.config().weights().liveVersions(),
          "held=" + run.backend.mostHeld() + " " + run);
      assertEquals(1, run.backend.held().size(), "held=" + run.backend.held() + " " + run);
    }
    assertTrue(most >= 2, "no two versions were ever alive");
  }
}
