package dev.coppice.environments.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.decoder.batch.BatchConfig;
import dev.coppice.decoder.batch.BatchRunner;
import dev.coppice.decoder.batch.PathBackend;
import dev.coppice.engine.RolloutEngine;
import dev.coppice.environments.replay.ByteTokenizer;
import dev.coppice.environments.replay.ReplayPolicy;
import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.environments.toolworld.WorldEpisode;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Provenance;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.eventlog.EngineJournal;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Has a scripted simulator answer for the tools of a desk. */
@Timeout(120)
class SimulatedTasksetTest {
  private static final String COUNT = CallText.write("count", Map.of());
  private static final String LOOK = CallText.write("look", Map.of("drawer", 3));
  private static final String PUT = CallText.write("put", Map.of("drawer", 3));

  @TempDir private Path folder;
  private final List<String> prompts = new CopyOnWriteArrayList<>();
  private final List<Long> seeds = new CopyOnWriteArrayList<>();

  private ResultSimulator answering(final String text) {
    return (prompt, seed) -> {
      prompts.add(prompt);
      seeds.add(seed);
      return text;
    };
  }

  private static WorldEpisode start(final Taskset tasks, final long seed) throws Exception {
    final WorldEnvironment environment = new WorldEnvironment(tasks);
    return environment.start(environment.task(0), seed);
  }

  /** Records what the real tools answer. */
  private byte[] recorded() throws Exception {
    try (Taskset tasks = new RecordingTaskset(new DeskTaskset(true), ResultStore.write(folder));
        WorldEpisode episode = start(tasks, 1)) {
      episode.call(LOOK);
      episode.call(PUT);
      episode.call(COUNT);
    }
    return Files.readAllBytes(folder.resolve(ResultStore.FILE));
  }

  @Test
  void shouldMarkWhatWasSimulatedAndKeepItOutOfTheStoreOfRealResults() throws Exception {
    final byte[] before = recorded();
    try (Taskset tasks =
            new SimulatedTaskset(
                new DeskTaskset(false), ResultStore.read(folder), answering("a dragon"));
        WorldEpisode episode = start(tasks, 1)) {
      final Observation seen = episode.call(LOOK);
      final Observation put = episode.call(PUT);

      assertEquals(Provenance.SIMULATED, seen.source().provenance());
      assertEquals(Provenance.SIMULATED, put.source().provenance());
      assertTrue(seen.text().contains("a dragon"), seen.text());
      assertTrue(Double.isNaN(episode.finish("3").reward()), "an simulated state earns nothing");
    }

    assertArrayEquals(before, Files.readAllBytes(folder.resolve(ResultStore.FILE)));
  }

  @Test
  void shouldRefuseToRecordAnSimulatedWorld() throws Exception {
    final Taskset simulated =
        new SimulatedTaskset(new DeskTaskset(false), null, answering("a dragon"));
    try (Taskset tasks = new RecordingTaskset(simulated, ResultStore.write(folder));
        WorldEpisode episode = start(tasks, 1)) {
      final ResultStoreException refused =
          assertThrows(ResultStoreException.class, () -> episode.call(LOOK));

      assertTrue(refused.getMessage().contains("provenance=simulated"), refused.getMessage());
    }
    assertFalse(Files.readString(folder.resolve(ResultStore.FILE)).contains("dragon"));
  }

  @Test
  void shouldPromptWithSchemaDescriptionStateAndRecordedExamples() throws Exception {
    recorded();
    try (Taskset tasks =
            new SimulatedTaskset(new DeskTaskset(false), ResultStore.read(folder), answering("7"));
        WorldEpisode episode = start(tasks, 1)) {
      episode.call(PUT);
      episode.call(LOOK);
      episode.call(COUNT);
    }

    final String look = prompts.get(1);
    assertTrue(look.startsWith("You are the tool look. Looks into a drawer."), look);
    assertTrue(look.contains("\"parameters\":") && look.contains("\"drawer\":"), look);
    assertTrue(look.contains("\nState: a desk of 9 drawers, full: []"), look);
    assertTrue(look.contains("\nthen put{\"drawer\":3} answered 7"), "the WRITE since: " + look);
    assertTrue(look.contains("\nCall: {\"drawer\":3}\nAnswer: \"real drawer 3 of []\""), look);
    assertTrue(look.endsWith("\nCall: {\"drawer\":3}\nAnswer: "), look);
    final String count = prompts.get(2);
    assertTrue(count.contains("\nAnswer with JSON of this schema: {\"type\":\"integer\"}"), count);
    assertFalse(count.contains("real drawer"), "examples of another tool: " + count);
  }

  @Test
  void shouldAnswerEqualCallsInEqualStatesAlikeWhicheverGroupAsksFirst() throws Exception {
    final List<List<Long>> drawn = new ArrayList<>();
    for (final long first : new long[] {1, 2}) {
      seeds.clear();
      try (Taskset tasks = new SimulatedTaskset(new DeskTaskset(false), null, answering("7"));
          WorldEpisode one = start(tasks, first);
          WorldEpisode two = start(tasks, 3 - first)) {
        one.call(LOOK);
        two.call(LOOK);
      }
      drawn.add(List.copyOf(seeds));
    }

    assertEquals(1, drawn.getFirst().size(), "one answer for both");
    assertEquals(drawn.getFirst(), drawn.getLast(), "whoever asks first");
  }

  @Test
  void shouldKeepTheSimulatedStatesOfSiblingsApart() throws Exception {
    try (Taskset tasks = new SimulatedTaskset(new DeskTaskset(false), null, answering("7"));
        WorldEpisode one = start(tasks, 1);
        WorldEpisode two = one.fork()) {
      final String before = two.digest();

      one.call(PUT);

      assertFalse(one.digest().equals(before));
      assertEquals(before, two.digest());
    }
  }

  @Test
  void shouldFailClearlyWhereAnAnswerIsNotWhatItsSchemaSays() throws Exception {
    for (final String text : List.of("seven, I guess", "\"seven\"", "{\"count\":7}", "")) {
      try (Taskset tasks = new SimulatedTaskset(new DeskTaskset(false), null, answering(text));
          WorldEpisode episode = start(tasks, 1)) {
        final ToolFailedException failed =
            assertThrows(ToolFailedException.class, () -> episode.call(COUNT), text);

        assertEquals(ToolCall.Status.INVALID, failed.status(), text);
        assertEquals("invalid_result", failed.code(), text);
        assertEquals(Provenance.SIMULATED, failed.source().provenance(), text);
        assertTrue(failed.getMessage().contains("the tool"), failed.getMessage());
      }
    }
  }

  @Test
  void shouldEndARolloutAtTheToolsBoundaryWithoutARewardWhenTheAnswerIsInvalid() throws Exception {
    final TrajectoryTree broken = rollout(answering("seven, I guess"));
    final TrajectoryTree sound = rollout(answering("7"));

    final Leaf leaf = broken.leaves().getFirst();
    assertEquals(LeafStatus.TOOL_FAILED, leaf.status());
    assertEquals(RolloutFailure.Boundary.TOOL, leaf.failure().boundary());
    assertEquals("invalid_result", leaf.failure().code());
    assertTrue(Double.isNaN(leaf.reward()), "never a reward of 0");
    assertEquals("simulated", broken.calls().getFirst().provenance());
    assertEquals("simulated", sound.calls().getFirst().provenance());
    assertEquals(ToolCall.Status.OK, sound.calls().getFirst().status());
  }

  private static TrajectoryTree rollout(final ResultSimulator simulator) throws Exception {
    final ByteTokenizer tokenizer = new ByteTokenizer();
    final WorldEnvironment environment =
        new WorldEnvironment(new SimulatedTaskset(new DeskTaskset(false), null, simulator));
    final List<GroupResult> results = new CopyOnWriteArrayList<>();
    final EngineConfig config =
        new EngineConfig(
            "simulate",
            1,
            SamplingSettings.PLAIN,
            new RolloutLimits(512, 4, 4_096, 60_000_000_000L),
            BudgetConfig.trees(1),
            new EngineConfig.Capacity(4, 1_024, 0));
    final RolloutEngine.Parts parts =
        new RolloutEngine.Parts(
            environment,
            tokenizer,
            new BatchRunner(
                new PathBackend(
                    "replay",
                    tokenizer.vocabularySize(),
                    4_096,
                    ReplayPolicy.of(environment, tokenizer)),
                new BatchConfig(32, 1_024, 8_192, 16)),
            new ChainPolicy(),
            EngineJournal.NONE,
            results::add);
    try (RolloutEngine engine = RolloutEngine.start(config, parts)) {
      assertTrue(engine.offer(new GroupRequest("g0", 0, 0)));
      assertTrue(engine.awaitIdle(60_000_000_000L), "the engine hangs");
    }
    return results.getFirst().group().trees().getFirst();
  }
}
