package dev.coppice.remote.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.fixture.TestRun;
import dev.coppice.remote.probe.ServerException;
import dev.coppice.remote.stub.StubServer;
import dev.coppice.rollout.GroupResult;
import dev.coppice.scheduling.EntropyPolicy;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A server that tells texts alone is good for an evaluation: its tokens have no log-probability. */
final class TextServerTest {
  private static final int CONTEXT = 128;

  @Test
  void shouldGrowTreesWithoutInventingLogProbabilities() throws InterruptedException {
    try (StubServer stub = StubServer.ofTexts();
        RemoteRunner runner = Opened.ofTexts(CONTEXT, stub)) {
      final TestRun run = new TestRun().groups(12).runner(runner);
      final long before = stub.computedPrompt.get();
      int sampled = 0;
      int completed = 0;
      for (final GroupResult result : run.run().values()) {
        for (final TrajectoryTree tree : result.group().trees()) {
          completed +=
              (int)
                  tree.leaves().stream()
                      .filter(leaf -> leaf.status() == LeafStatus.COMPLETED)
                      .count();
          sampled += unknown(tree);
        }
      }
      assertTrue(sampled > 0, "sampled=" + sampled);
      assertTrue(completed > 0, "completed=" + completed);
      assertTrue(stub.generated.get() >= sampled - completed);
      // Nothing is known of its cache, so nothing is claimed to be shared.
      final Map<String, Long> counters = runner.counters();
      assertTrue(counters.get("remote_untold") > 0, counters::toString);
      assertEquals(stub.computedPrompt.get() - before, counters.get("remote_prompt_computed"));
    }
  }

  /** Counts the sampled tokens of a tree, of which none may have a number. */
  private static int unknown(final TrajectoryTree tree) {
    int sampled = 0;
    for (final TrajectoryNode node : tree.nodes()) {
      if (node.kind().isSampled()) {
        for (int i = 0; i < node.length(); i++) {
          assertTrue(Float.isNaN(node.logprobs()[i]), "node=" + node.id());
          sampled++;
        }
      }
    }
    return sampled;
  }

  @Test
  void shouldRefuseForksByEntropyOfWhatTellsNone() {
    try (StubServer stub = StubServer.ofTexts();
        RemoteRunner runner = Opened.ofTexts(CONTEXT, stub)) {
      final TestRun run =
          new TestRun().groups(1).policy(new EntropyPolicy(1, new int[] {3}, 0)).runner(runner);
      final IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, run::run);
      assertTrue(refused.getMessage().contains("entropy"), refused.getMessage());
    }
  }

  @Test
  void shouldAskForTheContextOfAServerThatDoesNotTellIt() {
    try (StubServer stub = StubServer.ofTexts()) {
      final ServerException refused =
          assertThrows(ServerException.class, () -> Opened.ofTexts(0, stub));
      assertTrue(
          refused.getMessage().contains("model.openai.context-tokens"), refused.getMessage());
    }
  }
}
