package dev.coppice.environments.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.decoder.batch.BatchConfig;
import dev.coppice.decoder.batch.BatchRunner;
import dev.coppice.decoder.batch.PathBackend;
import dev.coppice.engine.RolloutEngine;
import dev.coppice.environments.Environments;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.countdown.CountdownEnvironment;
import dev.coppice.environments.drawers.DrawersEnvironment;
import dev.coppice.environments.filesystem.FilesystemTaskset;
import dev.coppice.environments.gsm8k.Gsm8kEnvironment;
import dev.coppice.environments.retail.RetailTaskset;
import dev.coppice.environments.toolworld.CallFormat;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.environments.user.RecitingUser;
import dev.coppice.environments.user.UserTaskset;
import dev.coppice.eventlog.EngineJournal;
import dev.coppice.fixture.OwnData;
import dev.coppice.fixture.SharedData;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.scheduling.FixedPolicy;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** Grows trees over every world with the scripted policy, the real engine and the real tools. */
class EngineReplayTest {
  private static final int CONTEXT_TOKENS = 1 << 15;
  private static final int CHILDREN = 3;
  private static final int LAST_TURN_CHILDREN = 2;
  private static final long TIMEOUT_NS = 120_000_000_000L;

  @Test
  void shouldShareCallsBetweenBranchesOfCountdown() throws Exception {
    assertSharedAndRewarded(new CountdownEnvironment(Split.HELD_OUT, 40, 1), 40);
  }

  @Test
  void shouldShareCallsBetweenBranchesOfDrawers() throws Exception {
    assertSharedAndRewarded(new DrawersEnvironment(Split.HELD_OUT, 40, 1), 40);
  }

  @Test
  void shouldShareCallsBetweenBranchesOfGsm8k() throws Exception {
    assertSharedAndRewarded(
        new Gsm8kEnvironment(
            SharedData.find("data/gsm8k"), "test", 60, 1, Gsm8kEnvironment.DEFAULT_PROMPT),
        60);
  }

  @Test
  void shouldShareCallsBetweenBranchesOfFilesystem() throws Exception {
    assertSharedAndRewarded(
        new WorldEnvironment(new FilesystemTaskset(SharedData.find("data/bfcl"))), 13);
  }

  @Test
  void shouldShareCallsBetweenBranchesOfRetail() throws Exception {
    assertSharedAndRewarded(
        new WorldEnvironment(
            new UserTaskset(
                new RetailTaskset(SharedData.find("data/tau2-bench/retail"), "test"),
                new RecitingUser()),
            CallFormat.TAGS,
            "<bos>{request}\n"),
        8);
  }

  @Test
  void shouldShareCallsBetweenBranchesOfOwnGsm8k() throws Exception {
    assertSharedAndRewarded(
        new Gsm8kEnvironment(
            OwnData.find(Environments.class, "own/gsm8k"),
            "test",
            0,
            1,
            Gsm8kEnvironment.DEFAULT_PROMPT),
        12);
  }

  @Test
  void shouldShareCallsBetweenBranchesOfOwnFilesystem() throws Exception {
    assertSharedAndRewarded(
        new WorldEnvironment(
            new FilesystemTaskset(OwnData.find(Environments.class, "own/filesystem"))),
        5);
  }

  @Test
  void shouldShareCallsBetweenBranchesOfOwnRetail() throws Exception {
    assertSharedAndRewarded(
        new WorldEnvironment(
            new UserTaskset(
                new RetailTaskset(OwnData.find(Environments.class, "own/retail"), "all"),
                new RecitingUser()),
            CallFormat.TAGS,
            "<bos>{request}\n"),
        6);
  }

  private static void assertSharedAndRewarded(
      final ScriptedEnvironment environment, final int groups) throws Exception {
    final Map<Integer, GroupResult> results = run(environment, groups);

    assertEquals(groups, results.size());
    for (int index = 0; index < groups; index++) {
      final int turns = environment.script(environment.task(index)).turns().size();
      final TrajectoryTree tree = results.get(index).group().trees().getFirst();
      final String message = environment.name() + " index=" + index + " " + tree.leaves();
      assertEquals(leaves(turns), tree.leaves().size(), message);
      for (final Leaf leaf : tree.leaves()) {
        assertEquals(LeafStatus.COMPLETED, leaf.status(), message);
        assertEquals(1.0, leaf.reward(), message);
      }
      // Where the environment talks, the last turn is said as well.
      final int calls = calls(environment.dialect().talks() ? turns + 1 : turns);
      assertEquals(calls, tree.calls().size(), message);
      assertTrue(
          tree.calls().stream().noneMatch(call -> call.status() == ToolCall.Status.MALFORMED),
          message);
      assertEquals(calls, results.get(index).ledgers().getFirst().toolCalls(), message);
    }
  }

  /** Forks three-fold before the second turn and two-fold before the third. */
  private static int leaves(final int turns) {
    return turns < 2 ? 1 : turns < 3 ? CHILDREN : CHILDREN * LAST_TURN_CHILDREN;
  }

  /** Every turn but the last of these makes a call, once for each branch that there is by then. */
  private static int calls(final int turns) {
    int calls = 0;
    for (int turn = 0; turn < turns - 1; turn++) {
      calls += turn == 0 ? 1 : turn == 1 ? CHILDREN : CHILDREN * LAST_TURN_CHILDREN;
    }
    return calls;
  }

  private static Map<Integer, GroupResult> run(
      final ScriptedEnvironment environment, final int groups) throws InterruptedException {
    final ByteTokenizer tokenizer = new ByteTokenizer();
    final EngineConfig config =
        new EngineConfig(
            "replay",
            1,
            SamplingSettings.PLAIN,
            new RolloutLimits(8_192, 64, 1 << 14, 60_000_000_000L),
            BudgetConfig.trees(1),
            new EngineConfig.Capacity(4, 1_024, 0));
    final Map<Integer, GroupResult> results = new ConcurrentHashMap<>();
    final RolloutEngine.Parts parts =
        new RolloutEngine.Parts(
            environment,
            tokenizer,
            new BatchRunner(
                new PathBackend(
                    "replay",
                    tokenizer.vocabularySize(),
                    CONTEXT_TOKENS,
                    ReplayPolicy.of(environment, tokenizer)),
                new BatchConfig(32, 1_024, 8_192, 16)),
            new FixedPolicy(
                List.of(
                    new FixedPolicy.Place(false, 1, CHILDREN),
                    new FixedPolicy.Place(false, 2, LAST_TURN_CHILDREN))),
            EngineJournal.NONE,
            result -> results.put(result.request().index(), result));
    try (RolloutEngine engine = RolloutEngine.start(config, parts)) {
      for (int index = 0; index < groups; index++) {
        assertTrue(engine.offer(new GroupRequest("g" + index, index, index)));
      }
      assertTrue(engine.awaitIdle(TIMEOUT_NS), "the engine hangs: " + environment.name());
    }
    return results;
  }
}
