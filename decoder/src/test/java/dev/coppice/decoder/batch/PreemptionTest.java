package dev.coppice.decoder.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.core.State;
import dev.coppice.eventlog.EngineJournal;
import dev.coppice.eventlog.JournalReplay;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.TestRun;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupResult;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.scheduling.EntropyPolicy;
import dev.coppice.scheduling.FixedPolicy;
import dev.coppice.scheduling.TreeGrpoPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Batches, chunks and a tight pool change what is computed, never what is drawn. */
final class PreemptionTest {
  private record Frame(int type, byte[] payload) {}

  static List<BranchingPolicy> policies() {
    return List.of(
        new ChainPolicy(),
        new FixedPolicy(
            List.of(new FixedPolicy.Place(false, 0, 2), new FixedPolicy.Place(true, 0, 3))),
        new TreeGrpoPolicy(3, 2),
        new EntropyPolicy(2.3, new int[] {4, 2}));
  }

  private static TestRun run(final BranchingPolicy policy, final BatchConfig config) {
    return new TestRun()
        .policy(policy)
        .runner(Letters.runner(config))
        .capacity(new EngineConfig.Capacity(4, 64, 0));
  }

  @ParameterizedTest
  @MethodSource("policies")
  void everyBatchGivesTheTreesOfTheScriptThatKnowsNoBatch(final BranchingPolicy policy)
      throws InterruptedException {
    final long seed = new Random().nextLong();
    final String expected =
        TestRun.canonical(
            new TestRun()
                .policy(policy)
                .runner(ScriptedRunner.letters(ScriptedRunner.Manners.BEST))
                .seed(seed)
                .run());

    for (final BatchConfig config :
        List.of(
            new BatchConfig(1, 4, 512, 4),
            new BatchConfig(3, 7, 512, 4),
            new BatchConfig(64, 64, 4096, 4),
            new BatchConfig(16, 200, 600, 4))) {
      final TestRun run = run(policy, config).seed(seed);
      assertEquals(expected, TestRun.canonical(run.world(jittery()).run()), "seed=" + seed);
    }
  }

  @ParameterizedTest
  @MethodSource("policies")
  void aPoolThatForcesPreemptionGivesTheSameTrees(final BranchingPolicy policy)
      throws InterruptedException {
    final Random seeds = new Random();
    long preemptions = 0;
    // Which groups meet in a tight pool depends on timing: a few seeds make one sure to preempt.
    for (int attempt = 0; attempt < 20 && preemptions == 0; attempt++) {
      final long seed = seeds.nextLong();
      final String expected =
          TestRun.canonical(
              run(policy, new BatchConfig(16, 64, 4096, 4)).groups(16).seed(seed).run());

      final TestRun tight = run(policy, new BatchConfig(16, 64, 34, 4)).groups(16).seed(seed);
      final String actual = TestRun.canonical(tight.run());

      assertEquals(expected, actual, "seed=" + seed);
      preemptions += tight.stats().runner("preemptions");
    }
    assertTrue(preemptions > 0, "the pool was never tight");
  }

  @Test
  void aJournalReplaysARunWithFaultsAndPreemptionsExactly() throws InterruptedException {
    final long seed = new Random().nextLong();
    final List<Frame> journal = new ArrayList<>();
    final BatchRunner runner = Letters.runner(new BatchConfig(16, 64, 36, 4));
    final TestRun run =
        new TestRun()
            .seed(seed)
            .world(faulty())
            .groups(12)
            .policy(new EntropyPolicy(2.3, new int[] {4, 2}))
            .runner(runner)
            .capacity(new EngineConfig.Capacity(4, 64, 0))
            .journal(into(journal));

    final Map<Integer, GroupResult> lived = run.run();
    runner.checkIntegrity();
    final Map<Integer, GroupResult> replayed = new TreeMap<>();
    final State.World world =
        new State.World(
            run.policy(), new LetterTokenizer(), LetterWorld.calm(1).dialect(), runner.traits());
    final JournalReplay replay =
        new JournalReplay(
            run.config(), world, result -> replayed.put(result.request().index(), result));
    for (final Frame frame : journal) {
      replay.accept(frame.type(), frame.payload());
      replay.checkIntegrity();
    }

    assertEquals(TestRun.canonical(lived), TestRun.canonical(replayed), "seed=" + seed);
    assertEquals(run.stats().tokens().decoded(), replay.counters().decoded, "seed=" + seed);
    assertEquals(run.stats().tokens().recomputed(), replay.counters().recomputed, "seed=" + seed);
    assertTrue(run.stats().runner("preemptions") > 0, "nothing was preempted: seed=" + seed);
  }

  private static EngineJournal into(final List<Frame> journal) {
    return (type, buffer, offset, length) -> {
      final byte[] payload = new byte[length];
      buffer.getBytes(offset, payload);
      journal.add(new Frame(type, payload));
    };
  }

  private static LetterWorld faulty() {
    return new LetterWorld(
        100,
        (text, calls) -> {
          if (text.length() % 5 == 4) {
            throw new IllegalStateException("broken on purpose");
          }
          return null;
        });
  }

  @Test
  void aPoolTooSmallForOneSequenceIsRefusedAtTheStart() {
    final TestRun run = new TestRun().runner(Letters.runner(new BatchConfig(16, 64, 31, 4)));

    final IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, run::run);

    assertTrue(refusal.getMessage().contains("engine.kv-blocks"), refusal.getMessage());
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
