package dev.coppice.remote.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.fixture.LetterPolicy;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.fixture.TestRun;
import dev.coppice.model.RunnerSession;
import dev.coppice.model.WeightsException;
import dev.coppice.remote.stub.StubServer;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.WeightSwap;
import dev.coppice.trajectory.TrajectoryNode;
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

  private static double logprob(final LetterPolicy policy, final int[] path, final int length) {
    final float[] scores = new float[LetterTokenizer.ALPHABET.length()];
    policy.scores(path, length, scores, 0);
    double sum = 0;
    for (final float score : scores) {
      sum += Math.exp(score);
    }
    return scores[path[length]] - Math.log(sum);
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
          tree.leaves().forEach(leaf -> check(tree, leaf.node(), versions));
        }
      }
      assertTrue(versions.contains(1), versions::toString);
      assertEquals(40, results.size());
    }
  }

  private static int[] path(final TrajectoryTree tree, final int leaf) {
    int[] path = {};
    for (int at = leaf; at >= 0; at = tree.nodes().get(at).parent()) {
      final TrajectoryNode node = tree.nodes().get(at);
      final int[] longer = new int[node.length() + path.length];
      for (int i = 0; i < node.length(); i++) {
        longer[i] = node.tokens()[i];
      }
      System.arraycopy(path, 0, longer, node.length(), path.length);
      path = longer;
    }
    return path;
  }

  /** Compares every log-probability along a path with the policy of the token's version. */
  private static void check(
      final TrajectoryTree tree, final int leaf, final Set<Integer> versions) {
    final int[] path = path(tree, leaf);
    int end = path.length;
    for (int at = leaf; at >= 0; at = tree.nodes().get(at).parent()) {
      final TrajectoryNode node = tree.nodes().get(at);
      int position = end - node.length();
      if (node.kind().isSampled()) {
        int index = 0;
        for (final TrajectoryNode.VersionRun versionRun : node.versionRuns()) {
          versions.add(versionRun.version());
          final LetterPolicy policy = new LetterPolicy(3.0, versionRun.version());
          for (int i = 0; i < versionRun.length(); i++, index++, position++) {
            assertEquals(logprob(policy, path, position), node.logprobs()[index], 1e-4);
          }
        }
      }
      end -= node.length();
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
