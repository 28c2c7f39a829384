package dev.coppice.remote.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.fixture.TestRun;
import dev.coppice.model.RunnerSession;
import dev.coppice.model.WeightsException;
import dev.coppice.remote.stub.StubServer;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.WeightSwap;
import dev.coppice.trajectory.TrajectoryTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** New weights reach servers between two answers, and every token says which weights drew it. */
final class ServerWeightsTest {
  @TempDir private Path folder;
  private StubServer stub;

  @AfterEach
  void stop() {
    stub.close();
  }

  private Path weights() throws IOException {
    final Path weights = Files.createDirectory(folder.resolve("v1"));
    Files.writeString(weights.resolve("config.json"), "{}");
    Files.writeString(weights.resolve("model.safetensors"), "");
    return weights;
  }

  @ParameterizedTest
  @ValueSource(strings = {"vllm", "sglang"})
  void shouldDrawEveryTokenFromTheWeightsItNames(final String engine) throws Exception {
    stub = engine.equals("vllm") ? StubServer.vllm() : StubServer.sglang();
    final Path next = weights();
    try (RemoteRunner runner = Opened.over(engine, stub)) {
      final TestRun run =
          new TestRun()
              .groups(40)
              .weights(new EngineConfig.Weights(WeightSwap.RECOMPUTE, 0, 2))
              .runner(runner)
              .onStart(started -> started.publishWeights(next, 1));
      final Map<Integer, GroupResult> results = run.run();
      final Set<Integer> versions = new TreeSet<>();
      for (final GroupResult result : results.values()) {
        for (final TrajectoryTree tree : result.group().trees()) {
          tree.leaves().forEach(leaf -> LetterPaths.check(tree, leaf.node(), versions));
        }
      }
      assertTrue(versions.contains(1), versions::toString);
      assertEquals(40, results.size());
    }
  }

  @Test
  void shouldRefuseWhatWouldHarmAServer() throws IOException {
    stub = StubServer.vllm();
    try (RemoteRunner runner = Opened.over("vllm", stub)) {
      runner.begin(new RunnerSession(System::nanoTime, 0, true, 2, true));
      assertThrows(WeightsException.class, () -> runner.load(folder.resolve("none")));
      runner.begin(new RunnerSession(System::nanoTime, 0, false, 2, true));
      final Path next = weights();
      assertThrows(WeightsException.class, () -> runner.load(next));
      assertEquals("default", stub.label());
    }
  }
}
