package dev.coppice.app.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.mode.EngineConfigs;
import dev.coppice.engine.RolloutEngine;
import dev.coppice.eventlog.EngineJournal;
import dev.coppice.fixture.SampledPaths;
import dev.coppice.fixture.SharedData;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.EngineConfig.Coalescing;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.TreeLedger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On every environment, samples that share a path are bit for bit those of separate chains. */
@Timeout(300)
class CoalescedRunTest {
  private static final int SAMPLES = 6;
  private static final long TIMEOUT_NS = 240_000_000_000L;

  @TempDir private Path folder;

  /** What a run sampled, and what it took. */
  private record Run(Map<Integer, GroupResult> results, Map<String, Long> counters) {
    long computed() {
      return results.values().stream()
          .flatMap(result -> result.ledgers().stream())
          .mapToLong(TreeLedger::computedTokens)
          .sum();
    }
  }

  private static Path model() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(at.resolve("models/tiny-policy"))) {
      at = at.getParent();
    }
    return at.resolve("models/tiny-policy");
  }

  private static ConfigLoader loader(final String environment, final int count) {
    return new ConfigLoader()
        .override("task.environment", environment)
        .override("task.count", "" + count)
        .override("model.path", model().toString())
        .override("limits.new-tokens", "192")
        .override("run.seed", "11");
  }

  private static Run run(final RunConfig config, final String policy, final Coalescing coalescing)
      throws InterruptedException {
    final Map<Integer, GroupResult> results = new ConcurrentSkipListMap<>();
    final EngineConfig engineConfig =
        EngineConfigs.of(config, "test", BudgetConfig.trees(SAMPLES)).with(coalescing);
    try (RunResources resources = RunResources.open(config);
        RolloutEngine engine =
            RolloutEngine.start(
                engineConfig,
                resources.parts(
                    Policies.of(policy, config),
                    EngineJournal.NONE,
                    result -> results.put(result.request().index(), result)))) {
      for (int i = 0; i < config.task().count(); i++) {
        assertTrue(engine.offer(new GroupRequest("g" + i, i, i)));
      }
      assertTrue(engine.awaitIdle(TIMEOUT_NS), "the engine hangs");
      return new Run(results, resources.runner().counters());
    }
  }

  private static void assertSameSamples(final RunConfig config, final String policy)
      throws InterruptedException {
    final Run alone = run(config, policy, Coalescing.NONE);
    final Run together = run(config, policy, Coalescing.INDEPENDENT);

    assertEquals(config.task().count(), together.results().size());
    SampledPaths.assertSame(alone.results(), together.results(), config.task().environment());
    assertTrue(together.computed() < alone.computed(), "nothing was shared");
  }

  @ParameterizedTest
  @ValueSource(strings = {"drawers", "countdown"})
  void onTheShippedPolicyForChainsAndForks(final String environment) throws InterruptedException {
    final RunConfig config = loader(environment, 12).load();
    assertSameSamples(config, "chain");
    assertSameSamples(config, "entropy");
    assertSameSamples(config, "fixed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"two-stage", "tree-grpo"})
  void aPolicyThatCannotCoalesceIsRefusedBeforeAnythingIsMade(final String policy)
      throws Exception {
    final RunConfig config =
        loader("countdown", 2)
            .override("run.arms", "chain," + policy)
            .override("tree.coalesce", "true")
            .load();
    try (RunResources resources = RunResources.open(config)) {
      final RolloutJob job = new RolloutJob(config, resources, RunProgress.NONE);
      final ConfigException refused =
          assertThrows(ConfigException.class, () -> job.prepare(folder));
      assertTrue(refused.getMessage().contains("policy=" + policy), refused.getMessage());
    }
    try (var made = Files.list(folder)) {
      assertEquals(0, made.count());
    }
  }

  @Test
  void whilePathsArePreempted() throws InterruptedException {
    final RunConfig config =
        loader("drawers", 12)
            .override("engine.kv-blocks", "80")
            .override("engine.block-tokens", "4")
            .override("engine.batch-rows", "16")
            .load();
    final Run roomy = run(loader("drawers", 12).load(), "chain", Coalescing.NONE);
    final Run tight = run(config, "chain", Coalescing.INDEPENDENT);

    assertTrue(tight.counters().get("preemptions") > 0, "nothing was preempted: " + tight.counters);
    SampledPaths.assertSame(roomy.results(), tight.results(), "preempted");
  }

  @Test
  void ofGsm8kWithItsCalculator() throws Exception {
    final RunConfig config =
        ReplayRuns.loader(folder, 6)
            .override("model.policy", "model")
            .override("model.path", model().toString())
            .override("limits.new-tokens", "64")
            .load();
    assertSameSamples(config, "chain");
  }

  @ParameterizedTest
  @ValueSource(strings = {"real", "fault"})
  void ofTheFileSystem(final String mode) throws InterruptedException {
    final Path data = SharedData.find("data/bfcl");
    final ConfigLoader loader =
        loader("filesystem", 4)
            .override("task.path", data.toString())
            .override("model.policy", "replay")
            .override("limits.new-tokens", "8192")
            .override("limits.observation-tokens", "16384")
            .override("tree.fixed.places", "2:3,4:2")
            .override("world.mode", mode);
    if (mode.equals("fault")) {
      loader.override("world.faults", "error:0.2,timeout:0.1").override("world.seed", "5");
    }
    assertSameSamples(loader.load(), "chain");
    assertSameSamples(loader.load(), "fixed");
  }

  @Test
  void ofTheShop() throws InterruptedException {
    final Path data = SharedData.find("data/tau2-bench/retail");
    final RunConfig config =
        loader("retail", 3)
            .override("task.path", data.toString())
            .override("task.split", "test")
            .override("task.prompt", "<bos>{request}\n")
            .override("model.policy", "replay")
            .override("limits.new-tokens", "8192")
            .override("limits.observation-tokens", "16384")
            .override("tree.fixed.places", "1:3,3:2")
            .load();
    assertSameSamples(config, "chain");
    assertSameSamples(config, "fixed");
  }

  @Test
  void ofASearch() throws InterruptedException {
    final Path data = SharedData.find("data/multihop-qa");
    final RunConfig config =
        loader("search", 3)
            .override("task.path", data.toString())
            .override("model.policy", "replay")
            .override("limits.new-tokens", "4096")
            .override("limits.observation-tokens", "16384")
            .override("engine.kv-blocks", "65536")
            .load();
    assertSameSamples(config, "chain");
  }

  @Test
  void ofText() throws InterruptedException {
    final RunConfig config =
        loader("stories", 3)
            .override("task.prompt", "<bos>")
            .override("limits.new-tokens", "24")
            .load();
    assertSameSamples(config, "chain");
    assertSameSamples(config, "entropy");
  }

  @Test
  void ofARecordedLoad() throws InterruptedException {
    final Path data = SharedData.find("data/recorded-rollouts");
    final RunConfig config =
        loader("replay-load", 3)
            .override("task.path", data.toString())
            .override("model.policy", "replay")
            .override("limits.new-tokens", "8192")
            .override("limits.observation-tokens", "16384")
            .override("engine.kv-blocks", "65536")
            .load();
    assertSameSamples(config, "chain");
  }
}
