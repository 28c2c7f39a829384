package dev.coppice.remote.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.draw.Copies;
import dev.coppice.engine.EngineStats;
import dev.coppice.fixture.TestRun;
import dev.coppice.model.RunnerSession;
import dev.coppice.model.Work;
import dev.coppice.remote.stub.StubServer;
import dev.coppice.rollout.GroupResult;
import dev.coppice.scheduling.FixedPolicy;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.SamplingSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers fail in the ways that were seen; no rollout is lost, and none gets a reward for it. */
final class ServerFaultTest {
  private static final Duration SOON = Duration.ofSeconds(3);
  private static final int GROUPS = 6;
  private static final List<String> CODES = List.of("server_lost", "no_server");

  private StubServer first;
  private StubServer second;

  private static StubServer stub(final String engine) {
    return switch (engine) {
      case "vllm" -> StubServer.vllm();
      case "sglang" -> StubServer.sglang();
      default -> StubServer.llama(4);
    };
  }

  @AfterEach
  void stop() {
    first.close();
    if (second != null) {
      second.close();
    }
  }

  private static TestRun run(final RemoteRunner runner) {
    return new TestRun()
        .groups(GROUPS)
        .policy(new FixedPolicy(List.of(new FixedPolicy.Place(false, 0, 3))))
        .runner(runner);
  }

  private static List<Leaf> leaves(final Map<Integer, GroupResult> results) {
    assertEquals(GROUPS, results.size());
    return results.values().stream()
        .flatMap(result -> result.group().trees().stream())
        .flatMap(tree -> tree.leaves().stream())
        .toList();
  }

  private static void assertUnharmed(final Map<Integer, GroupResult> results) {
    leaves(results).forEach(leaf -> assertNull(leaf.failure(), leaf::toString));
  }

  @ParameterizedTest
  @ValueSource(strings = {"vllm", "sglang", "llama-server"})
  void shouldKeepWhatCameBeforeAnAnswerWasCutOrFailedInsideA200(final String engine)
      throws InterruptedException {
    first = stub(engine);
    try (RemoteRunner runner = Opened.over(engine, first)) {
      first.quirks.cuts.set(2);
      first.quirks.errorEvents.set(2);
      final TestRun run = run(runner);
      assertUnharmed(run.run());
      assertTrue(run.stats().runner("remote_kept_prefixes") > 0);
      assertTrue(run.stats().runner("remote_lost_servers") > 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vllm", "sglang"})
  void shouldAskAgainAfterABurstOf503AndGoOnAfterAnAbort(final String engine)
      throws InterruptedException {
    first = stub(engine);
    try (RemoteRunner runner = Opened.over(engine, first)) {
      first.quirks.busy.set(9);
      first.quirks.aborts.set(3);
      final TestRun run = run(runner);
      assertUnharmed(run.run());
      assertTrue(run.stats().runner("remote_retries") >= 9);
      assertEquals(0, run.stats().runner("remote_lost_servers"));
    }
  }

  @Test
  void shouldLowerItsDemandWhereAServerRunsOutOfRoom() throws InterruptedException {
    first = StubServer.llama(4);
    try (RemoteRunner runner = Opened.over("llama-server", first)) {
      first.quirks.full.set(1);
      assertUnharmed(run(runner).run());
    }
  }

  @Test
  void shouldGiveUpAServerThatHangsAndGoOnWhereItAnswers() throws InterruptedException {
    first = StubServer.vllm();
    second = StubServer.vllm();
    try (RemoteRunner runner = Opened.over("vllm", SamplingSettings.PLAIN, SOON, first, second)) {
      first.quirks.hangs.set(1);
      final TestRun run = run(runner);
      assertUnharmed(run.run());
      assertTrue(run.stats().runner("remote_lost_servers") > 0);
    }
  }

  @Test
  void shouldEndBranchesAsBackendFailuresWhereNoServerIsLeft() throws InterruptedException {
    first = StubServer.vllm();
    try (RemoteRunner runner = Opened.within(SOON, "vllm", first)) {
      first.quirks.after = 0;
      first.quirks.cuts.set(Integer.MAX_VALUE);
      final List<Leaf> leaves = leaves(run(runner).run());
      for (final Leaf leaf : leaves) {
        assertEquals(LeafStatus.INFRA_FAILED, leaf.status());
        assertEquals(RolloutFailure.Boundary.BACKEND, leaf.failure().boundary());
        assertTrue(CODES.contains(leaf.failure().code()), leaf::toString);
        assertFalse(leaf.isScored());
      }
    }
  }

  @Test
  void shouldGoOnElsewhereWhenAServerIsKilled() throws InterruptedException {
    first = StubServer.vllm();
    second = StubServer.vllm();
    try (RemoteRunner runner = Opened.over("vllm", first, second)) {
      final TestRun run = run(runner).onStart(engine -> first.close());
      assertUnharmed(run.run());
      assertTrue(second.requests.get() > 0);
    }
  }

  @Test
  void shouldTakeASilentCutAtTheContextForALimit() throws InterruptedException {
    first = StubServer.vllm();
    try (RemoteRunner runner = Opened.over("vllm", first)) {
      first.quirks.silentContext = 24;
      final List<Leaf> leaves = leaves(run(runner).run());
      final List<Leaf> cut = leaves.stream().filter(leaf -> leaf.failure() != null).toList();
      assertFalse(cut.isEmpty());
      for (final Leaf leaf : cut) {
        assertEquals(RolloutFailure.Boundary.LIMIT, leaf.failure().boundary());
        assertEquals("server_context_full", leaf.failure().code());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vllm", "sglang", "llama-server"})
  void shouldCountWhatTheServersCount(final String engine) throws InterruptedException {
    first = stub(engine);
    try (RemoteRunner runner = Opened.over(engine, first)) {
      final TestRun run = run(runner);
      assertUnharmed(run.run());
      final EngineStats stats = run.stats();
      assertEquals(stats.runner("server_prompt_computed"), stats.runner("remote_prompt_computed"));
      assertEquals(stats.runner("server_generated"), stats.runner("remote_generated"));
      assertEquals(
          stats.runner("remote_generated"), stats.tokens().decoded() + stats.tokens().discarded());
      assertTrue(stats.runner("remote_prompt_computed") > 0);
    }
  }

  @Test
  void shouldBookWhatAServerForgotAsPrefilledAgain() throws InterruptedException {
    first = StubServer.vllm();
    try (RemoteRunner runner = Opened.over("vllm", first)) {
      first.quirks.evictions.set(8);
      final TestRun run = run(runner);
      assertUnharmed(run.run());
      assertTrue(run.stats().runner("remote_prefilled_again") > 0);
      assertTrue(run.stats().tokens().recomputed() > 0);
      assertEquals(
          run.stats().runner("server_prompt_computed"),
          run.stats().runner("remote_prompt_computed"));
    }
  }

  @Test
  void shouldSendNoIdTheModelDoesNotKnow() {
    first = StubServer.sglang();
    try (RemoteRunner runner = Opened.over("sglang", first)) {
      runner.begin(new RunnerSession(System::nanoTime, 0, false, 2, true));
      final Work work =
          new Work(
              new Work.Place(0, 0, 0),
              Copies.one(1),
              new int[] {1, 24},
              new Work.Terms(SamplingSettings.PLAIN, new Work.Stops(List.of(), List.of())));
      assertThrows(IllegalArgumentException.class, () -> runner.submit(work.ask(1, 1)));
      assertEquals(0, first.foreignIds.get());
    }
  }
}
