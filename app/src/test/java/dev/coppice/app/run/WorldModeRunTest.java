package dev.coppice.app.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunState;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.app.report.Metric;
import dev.coppice.app.verify.RunVerifier;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records whole runs and replays them without their tools. */
@Timeout(300)
class WorldModeRunTest {
  private static final int TASKS = 12;

  @TempDir private Path folder;

  /** Writes tasks of the file system, each with its reference calls. */
  private Path data() throws IOException {
    final StringBuilder episodes = new StringBuilder();
    final StringBuilder solutions = new StringBuilder();
    for (int i = 0; i < TASKS; i++) {
      episodes.append(
          String.format(
              "{\"id\":\"e%d\",\"question\":[[{\"role\":\"user\",\"content\":\"Move f%d.\"}]],"
                  + "\"initial_config\":{\"GorillaFileSystem\":{\"root\":{\"home\":{\"type\":"
                  + "\"directory\",\"contents\":{\"f%d\":{\"type\":\"file\",\"content\":\"x\"},"
                  + "\"tmp\":{\"type\":\"directory\",\"contents\":{}}}}}}},"
                  + "\"involved_classes\":[\"GorillaFileSystem\"]}%n",
              i, i, i));
      solutions.append(
          String.format(
              "{\"id\":\"e%d\",\"ground_truth\":[[\"ls()\",\"mv('f%d',destination='tmp')\","
                  + "\"cd(folder='tmp')\",\"cat('f%d')\"]]}%n",
              i, i, i));
    }
    final Path data = folder.resolve("data");
    Files.createDirectories(data.resolve("possible_answer"));
    final String file = "BFCL_v4_multi_turn_base.json";
    Files.writeString(data.resolve(file), episodes);
    Files.writeString(data.resolve("possible_answer").resolve(file), solutions);
    return data;
  }

  private ConfigLoader loader(final String mode) {
    return new ConfigLoader()
        .override("model.policy", "replay")
        .override("task.environment", "filesystem")
        .override("task.path", folder.resolve("data").toString())
        .override("task.count", "" + TASKS)
        .override("run.arms", "chain,fixed")
        .override("tree.fixed.places", "1:3,2:2")
        .override("tree.trees", "2")
        .override("engine.groups-in-flight", "5")
        .override("limits.observation-tokens", "4096")
        .override("world.mode", mode)
        .override("world.store", folder.resolve("store").toString())
        .override("run.out", folder.resolve("runs").toString());
  }

  private static void remove(final Path path) throws IOException {
    final List<Path> all = new ArrayList<>();
    try (var walk = Files.walk(path)) {
      walk.sorted(Comparator.reverseOrder()).forEach(all::add);
    }
    for (final Path one : all) {
      Files.delete(one);
    }
  }

  private static List<TrajectoryTree> trees(final RunFolder run) {
    final List<TrajectoryTree> trees = new ArrayList<>();
    try (GroupScan scan = new GroupScan(run.traces())) {
      for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
        trees.addAll(group.trajectories());
      }
    }
    return trees;
  }

  private static Set<String> provenances(final RunFolder run) {
    final Set<String> found = new TreeSet<>();
    trees(run).forEach(tree -> tree.calls().forEach(call -> found.add(call.provenance())));
    return found;
  }

  @Test
  void shouldRepeatARecordedRunByteForByteWhenItsToolsAndDataAreGone() throws Exception {
    final Path data = data();
    final RolloutJob.Outcome recorded = ReplayRuns.run(loader("record").load());
    remove(data);

    final RolloutJob.Outcome replayed = ReplayRuns.run(loader("replay").load());

    assertFalse(Files.exists(data));
    assertEquals(1.0, recorded.report().arm("fixed").value(Metric.REWARD_MEAN));
    assertArrayEquals(
        Files.readAllBytes(recorded.folder().traces()),
        Files.readAllBytes(replayed.folder().traces()));
    assertEquals(List.of(), recorded.brokenLaws());
    assertEquals(List.of(), replayed.brokenLaws());
    assertEquals(Set.of("recorded"), provenances(replayed.folder()));
    assertEquals(List.of(), new RunVerifier(replayed.folder()).verify().differences());
  }

  @ParameterizedTest
  @ValueSource(strings = {"countdown", "drawers", "gsm8k"})
  void shouldRepeatARecordedRunOfAnEnvironmentWithWordsOfItsOwn(final String name)
      throws Exception {
    final Path problems = folder.resolve("problems.jsonl");
    Files.writeString(
        problems,
        "{\"question\":\"How many are 3 pairs and 1?\","
            + "\"answer\":\"3*2=<<3*2=6>>6 and <<6+1=7>>7.\\n#### 7\"}\n"
            + "{\"question\":\"Half of 9?\",\"answer\":\"It is <<9/2=4.5>>4.5.\\n#### 4.5\"}\n");
    final RolloutJob.Outcome recorded = ReplayRuns.run(inMode("record", name, problems));
    Files.delete(problems);

    final RolloutJob.Outcome replayed = ReplayRuns.run(inMode("replay", name, problems));

    assertEquals(1.0, recorded.report().arm("fixed").value(Metric.REWARD_MEAN));
    assertArrayEquals(
        Files.readAllBytes(recorded.folder().traces()),
        Files.readAllBytes(replayed.folder().traces()));
    assertEquals(Set.of("recorded"), provenances(replayed.folder()));
    assertEquals(List.of(), new RunVerifier(replayed.folder()).verify().differences());
  }

  private RunConfig inMode(final String mode, final String name, final Path problems) {
    final boolean isDrawn = !name.equals("gsm8k");
    return loader(mode)
        .override("task.environment", name)
        .override("task.count", isDrawn ? "8" : "2")
        .override("task.path", isDrawn ? "" : problems.toString())
        .load();
  }

  @Test
  void shouldFailAndNotScoreACallThatWasNotRecorded() throws Exception {
    data();
    ReplayRuns.run(loader("record").load());
    final Path store = folder.resolve("store").resolve("results.log");
    final List<String> lines = Files.readAllLines(store);
    // The results of one task's cat are taken out; the store itself stays sound.
    final String cat = "[\\\"call\\\",[\\\"cat\\\"";
    lines.removeIf(
        line -> line.contains(cat) && line.matches(".*file_name[^a-z0-9]+f7[^a-z0-9].*"));
    Files.write(store, lines);

    final RolloutJob.Outcome replayed = ReplayRuns.run(loader("replay").load());

    int missed = 0;
    for (final TrajectoryTree tree : trees(replayed.folder())) {
      for (final Leaf leaf : tree.leaves()) {
        if (leaf.status() != LeafStatus.COMPLETED) {
          missed++;
          assertEquals("filesystem/e7", tree.task().id());
          assertEquals(LeafStatus.TOOL_FAILED, leaf.status());
          assertEquals("replay_miss", leaf.failure().code());
          assertTrue(Double.isNaN(leaf.reward()), "never a reward of 0");
        }
      }
    }
    assertTrue(missed > 0, "the miss was noticed");
  }

  @Test
  void shouldCallOncePerSharedNodeAndCountIt() throws Exception {
    data();
    final RolloutJob.Outcome run = ReplayRuns.run(loader("real").load());

    long executed = 0;
    long onPaths = 0;
    for (final TrajectoryTree tree : trees(run.folder())) {
      if (!tree.run().endsWith("/fixed")) {
        continue;
      }
      executed += tree.calls().size();
      for (final Leaf leaf : tree.leaves()) {
        for (final ToolCall call : tree.calls()) {
          onPaths +=
              call.node() <= leaf.node() && leaf.node() < tree.subtreeEnd(call.node()) ? 1 : 0;
        }
      }
    }
    // One call on the stem, one on each of 3 children, two more on each of 6 leaves.
    assertEquals(TASKS * 2 * (1 + 3 + 6 + 6), executed);
    assertEquals(TASKS * 2 * 6 * 4, onPaths);
    assertEquals((double) executed, run.report().arm("fixed").value(Metric.TOOL_CALLS));
    final var counted = RunState.load(run.folder().ledger()).arm("fixed").engine();
    assertEquals(onPaths, counted.get("calls_on_paths"));
    assertEquals(executed, counted.get("calls_executed"));
    assertEquals(0L, counted.get("replay_mismatches"));
    assertEquals(Set.of("real"), provenances(run.folder()));
  }

  @Test
  void shouldMarkInjectedFaultsAndScoreNoneOfThem() throws Exception {
    data();
    final RolloutJob.Outcome run =
        ReplayRuns.run(
            loader("fault")
                .override("world.faults", "error:0.1,timeout:0.1,malformed:0.1,oversize:0.1")
                .load());

    assertEquals(Set.of("fault", "real"), provenances(run.folder()));
    final Set<String> statuses = new TreeSet<>();
    for (final TrajectoryTree tree : trees(run.folder())) {
      tree.calls().stream()
          .filter(call -> call.provenance().equals("fault"))
          .forEach(call -> statuses.add(call.status().wireName()));
      for (final Leaf leaf : tree.leaves()) {
        assertEquals(
            leaf.status() == LeafStatus.COMPLETED, !Double.isNaN(leaf.reward()), leaf.toString());
      }
    }
    assertEquals(Set.of("invalid", "oversize", "threw", "timeout"), statuses);
  }
}
