package dev.coppice.remote.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.fixture.LetterPolicy;
import dev.coppice.fixture.TestRun;
import dev.coppice.remote.stub.StubServer;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupResult;
import dev.coppice.scheduling.EntropyPolicy;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ToDoubleBiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Forks inside a turn are decided from the distribution of the path, and lose no token. */
final class RowForkTest {
  private static final double THRESHOLD = 1.0;
  private static final LetterPolicy POLICY = new LetterPolicy(3.0);

  private StubServer stub;

  @AfterEach
  void stop() {
    stub.close();
  }

  private static StubServer stub(final String engine) {
    return switch (engine) {
      case "vllm" -> StubServer.vllm();
      case "sglang" -> StubServer.sglang();
      default -> StubServer.llama(4);
    };
  }

  private static TestRun run(final RemoteRunner runner) {
    return new TestRun()
        .groups(12)
        .policy(new EntropyPolicy(THRESHOLD, new int[] {3}, 0))
        .runner(runner);
  }

  /** Holds every fork's entropy against the formula, and every token's log-probability. */
  private static int check(
      final Map<Integer, GroupResult> results, final ToDoubleBiFunction<Double, Double> slack) {
    int forks = 0;
    for (final GroupResult result : results.values()) {
      for (final TrajectoryTree tree : result.group().trees()) {
        tree.leaves().forEach(leaf -> LetterPaths.check(tree, leaf.node(), new TreeSet<>()));
        for (final TrajectoryNode node : tree.nodes()) {
          if (node.branch() != null && node.branch().children() > 1) {
            final int[] path = LetterPaths.path(tree, node.id());
            final double entropy = LetterPaths.entropy(POLICY, path, path.length);
            assertTrue(node.branch().value() >= THRESHOLD);
            assertEquals(0, slack.applyAsDouble(entropy, node.branch().value()), 1e-4);
            forks++;
          }
        }
      }
    }
    return forks;
  }

  @ParameterizedTest
  @ValueSource(strings = {"vllm", "sglang", "llama-server"})
  void shouldForkByTheEntropyOfTheWholeDistribution(final String engine)
      throws InterruptedException {
    stub = stub(engine);
    try (RemoteRunner runner = Opened.over(engine, stub)) {
      final TestRun run = run(runner);
      final int forks = check(run.run(), (entropy, value) -> entropy - value);
      assertTrue(forks > 0);
      assertEquals(0, run.stats().runner("remote_bounded_entropies"));
      // Siblings come from the row: the server samples fewer tokens than the trees hold.
      final long booked = run.stats().tokens().decoded() + run.stats().tokens().discarded();
      assertEquals(booked - 2L * forks, run.stats().runner("remote_generated"));
      assertEquals(run.stats().runner("server_generated"), run.stats().runner("remote_generated"));
    }
  }

  @Test
  void shouldBoundTheEntropyFromBelowWhereTheServerTellsTheLikeliestTokensAlone()
      throws InterruptedException {
    stub = StubServer.vllm();
    stub.quirks.mostLogprobs = 20;
    try (RemoteRunner runner = Opened.over("vllm", stub)) {
      final TestRun run = run(runner);
      final int forks = check(run.run(), (entropy, value) -> Math.max(0, value - entropy));
      assertTrue(forks > 0);
      assertTrue(run.stats().runner("remote_bounded_entropies") > 0);
      // Where the likeliest tokens are nearly all there is, siblings come from them.
      final long booked = run.stats().tokens().decoded() + run.stats().tokens().discarded();
      final long fromRows = booked - run.stats().runner("remote_generated");
      assertTrue(fromRows >= 0 && fromRows < 2L * forks, "fromRows=" + fromRows);
    }
  }

  @Test
  void shouldGiveSamplesOfOnePathOneDistribution() throws InterruptedException {
    stub = StubServer.vllm();
    try (RemoteRunner runner = Opened.over("vllm", stub)) {
      final TestRun run =
          new TestRun().groups(4).coalescing(EngineConfig.Coalescing.INDEPENDENT).runner(runner);
      check(run.run(), (entropy, value) -> 0);
      assertTrue(run.stats().tokens().decoded() > 0);
    }
  }
}
