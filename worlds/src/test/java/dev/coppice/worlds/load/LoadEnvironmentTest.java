package dev.coppice.worlds.load;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.decoder.batch.BatchConfig;
import dev.coppice.environments.EnvironmentConfig;
import dev.coppice.environments.Environments;
import dev.coppice.episode.Episode;
import dev.coppice.fixture.OwnData;
import dev.coppice.fixture.SharedData;
import dev.coppice.model.BackendException;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.scheduling.FixedPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadEnvironmentTest {
  private static final BatchConfig AMPLE = new BatchConfig(64, 1_024, 65_536, 16);

  @TempDir Path folder;

  @Test
  void shouldPlayEveryRecordedRolloutToItsEnd() throws Exception {
    final LoadEnvironment environment = shared();

    final LoadReport report =
        LoadRun.run(environment, new LoadRun.Settings(1, 1, new ChainPolicy(), AMPLE));

    assertEquals(35, report.completed(), report.text());
    assertEquals(0, report.other(), report.text());
    assertEquals(Map.of("recorded", 5, "bounded", 10, "assumed", 20), environment.times());
    assertTrue(report.latencies().toolLatency().getTotalCount() > 300, report.text());
    assertTrue(report.prefixHitRate() > 0.5, report.text());
    // Neither the time before the first group nor a tool's is the scheduler's.
    assertTrue(
        report.latencies().schedulingDelay().getMaxValue() < report.stats().wallNs(),
        report.text());
  }

  @Test
  void shouldPlayEveryOwnRolloutToItsEnd() throws Exception {
    final LoadEnvironment environment = own();

    final LoadReport report =
        LoadRun.run(environment, new LoadRun.Settings(1, 1, new ChainPolicy(), AMPLE));

    assertEquals(8, report.completed(), report.text());
    assertEquals(0, report.other(), report.text());
    assertEquals(Map.of("recorded", 2, "bounded", 3, "assumed", 3), environment.times());
    assertTrue(report.latencies().toolLatency().getTotalCount() >= 52, report.text());
    assertTrue(report.prefixHitRate() > 0.5, report.text());
  }

  @Test
  void shouldShareThePromptAndTheTrunkWhenTreesBranch() throws Exception {
    assertTreesDecodeLess(some(), 20);
  }

  @Test
  void shouldShareThePromptAndTheTrunkWhenTreesOfOwnRolloutsBranch() throws Exception {
    assertTreesDecodeLess(own(), 16);
  }

  private static void assertTreesDecodeLess(final LoadEnvironment environment, final int chainCount)
      throws Exception {
    final LoadRun.Settings chains = new LoadRun.Settings(1, 2, new ChainPolicy(), AMPLE);
    final LoadRun.Settings trees =
        new LoadRun.Settings(
            1, 1, new FixedPolicy(List.of(new FixedPolicy.Place(false, 1, 2))), AMPLE);

    final LoadReport asChains = LoadRun.run(environment, chains);
    final LoadReport asTrees = LoadRun.run(environment, trees);

    assertTrue(
        asTrees.stats().tokens().decoded() < asChains.stats().tokens().decoded(),
        asTrees.text() + asChains.text());
    assertEquals(chainCount, asChains.completed(), asChains.text());
  }

  @Test
  void shouldStillEndWhenThePoolIsTooSmallForAll() throws Exception {
    assertEndsInATightPool(some(), 10);
  }

  @Test
  void shouldStillEndWhenThePoolIsTooSmallForAllOwnRollouts() throws Exception {
    assertEndsInATightPool(own(), 8);
  }

  private static void assertEndsInATightPool(
      final LoadEnvironment environment, final int rolloutCount) throws Exception {
    final int blocks = environment.contextTokens() / 16 + 8;
    final BatchConfig tight = new BatchConfig(64, 1_024, blocks, 16);

    final LoadReport report =
        LoadRun.run(environment, new LoadRun.Settings(1, 1, new ChainPolicy(), tight));

    assertEquals(rolloutCount, report.completed(), report.text());
    assertTrue(report.stats().runner("preemptions") > 0, report.text());
  }

  @Test
  void shouldReadTurnsAndGapsFromARollout() throws Exception {
    write(
        """
        {"responses_create_params":{"input":[{"role":"user","content":"prompt"}]},"reward":1.0,\
        "agent_run_time":4.0,"response":{"output":[\
        {"type":"message","role":"assistant","content":[{"text":"I look"}]},\
        {"type":"function_call","name":"ls","arguments":"{}"},\
        {"type":"function_call_output","output":"a b"},\
        {"type":"function_call","name":"cat","arguments":"{}"},\
        {"type":"function_call_output","output":"text"},\
        {"type":"message","role":"assistant","content":[{"text":"done"}]}]}}""");

    final RecordedRollout rollout = RolloutFiles.read(folder).getFirst();

    assertEquals("userprompt", rollout.prompt());
    assertEquals(
        List.of(
            new RecordedRollout.Turn("assistantI lookls{}", "a b", 2_000_000_000L),
            new RecordedRollout.Turn("cat{}", "text", 2_000_000_000L),
            new RecordedRollout.Turn("assistantdone", "", 2_000_000_000L)),
        rollout.turns());
    assertEquals(RecordedRollout.Times.BOUNDED, rollout.times());
  }

  @Test
  void shouldKeepEqualBeginningsEqual() {
    final ChunkTokenizer tokenizer = new ChunkTokenizer();
    final int[] one = tokenizer.encode(ChunkTokenizer.chunks("the same beginning, then this"));
    final int[] two = tokenizer.encode(ChunkTokenizer.chunks("the same beginning, then that"));

    assertEquals(8, one.length);
    assertEquals(6, Arrays.mismatch(one, two));
    assertArrayEquals(one, tokenizer.encode(tokenizer.decode(one)));
  }

  @Test
  void shouldFailLoudlyWhenAPathIsThatOfNoRollout() throws Exception {
    write("{\"response\":{\"output\":[]},\"reward\":0}");
    final LoadEnvironment environment = new LoadEnvironment(folder, 1);
    final float[] logits = new float[environment.tokenizer().vocabularySize()];

    assertThrows(
        BackendException.class,
        () -> environment.policy().scores(new int[] {99, 98}, 2, logits, 0));
  }

  @Test
  void shouldForkWithoutSeeingItsSiblings() throws Exception {
    assertForksApart(shared());
  }

  @Test
  void shouldForkAnOwnRolloutWithoutSeeingItsSiblings() throws Exception {
    assertForksApart(own());
  }

  private static void assertForksApart(final LoadEnvironment environment) throws Exception {
    final Episode trunk = environment.start(environment.task(0), 0);
    trunk.call("");
    final Episode sibling = trunk.fork();
    final String before = sibling.digest();
    trunk.call("");

    assertEquals(before, sibling.digest());
    assertEquals(trunk.call("").text(), after(sibling).text());
  }

  private static dev.coppice.episode.Observation after(final Episode episode) throws Exception {
    episode.call("");
    return episode.call("");
  }

  @Test
  void shouldNameWhatIsWrongWithItsConfiguration() throws Exception {
    for (final String[] wrong :
        new String[][] {{"", ""}, {folder.toString(), ""}, {folder.toString(), "fast"}}) {
      assertThrows(
          IllegalArgumentException.class,
          () ->
              Environments.create(
                  new EnvironmentConfig("replay-load", wrong[1], 0, 0, wrong[0], "")));
    }
    write("{");
    assertThrows(IllegalArgumentException.class, () -> RolloutFiles.read(folder));
    assertThrows(IllegalArgumentException.class, () -> new LoadEnvironment(folder, 0));
  }

  private void write(final String line) throws Exception {
    Files.writeString(folder.resolve("one.jsonl"), line + "\n");
  }

  /** Takes two files of the seven. */
  private LoadEnvironment some() throws Exception {
    for (final String name : List.of("ns_tools", "tau2")) {
      final Path file =
          SharedData.find("data/recorded-rollouts/" + name + "__example_rollouts.jsonl");
      final Path link = folder.resolve(file.getFileName());
      if (!Files.exists(link)) {
        Files.createSymbolicLink(link, file.toAbsolutePath());
      }
    }
    return new LoadEnvironment(folder, 10_000);
  }

  private static LoadEnvironment own() {
    return new LoadEnvironment(OwnData.find(LoadEnvironment.class, "own"), 10_000);
  }

  private static LoadEnvironment shared() {
    return new LoadEnvironment(SharedData.find("data/recorded-rollouts"), 10_000);
  }
}
