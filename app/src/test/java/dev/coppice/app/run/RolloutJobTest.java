package dev.coppice.app.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.ConfigText;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.report.Metric;
import dev.coppice.app.verify.RunVerifier;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RolloutJobTest {
  @TempDir private Path folder;

  @Test
  void shouldEarnEveryRewardAndCallTheRealToolWhenItReplaysSolutions() throws Exception {
    final RolloutJob.Outcome outcome = ReplayRuns.run(ReplayRuns.config(folder, 20));

    assertEquals(1.0, outcome.report().arm("chain").value(Metric.REWARD_MEAN));
    assertEquals(1.0, outcome.report().arm("fixed").value(Metric.REWARD_MEAN));
    assertEquals(20 * 2 * 2, outcome.report().arm("chain").value(Metric.TOOL_CALLS));
  }

  @Test
  void shouldKeepTheLawsAndAFolderThatVerifies() throws Exception {
    final RolloutJob.Outcome outcome = ReplayRuns.run(ReplayRuns.config(folder, 20));

    assertEquals(List.of(), outcome.brokenLaws());
    final RunVerifier.Verdict verdict = new RunVerifier(outcome.folder()).verify();
    assertEquals(List.of(), verdict.differences());
    assertEquals(40, verdict.groups());
    for (final String file :
        List.of("journal.log", "ledger.json", "report.json", "latency.hgrm", "run.log")) {
      assertTrue(Files.size(outcome.folder().root().resolve(file)) > 0, file);
    }
    assertTrue(Files.exists(outcome.folder().trajectories().resolve("seg-000001.nodes.arrow")));
  }

  @Test
  void shouldDecodeNothingTwiceAndCallNoToolTwiceForASharedNode() throws Exception {
    final RolloutJob.Outcome outcome = ReplayRuns.run(ReplayRuns.config(folder, 10));

    final var fixed = outcome.report().arm("fixed");
    assertEquals(1.0, fixed.value(Metric.CLOSED_FORM_RATIO), 1e-9);
    assertEquals(0.0, fixed.value(Metric.RECOMPUTED_TOKENS));
    assertEquals(10 * 2 * (1 + 2), fixed.value(Metric.TOOL_CALLS));
  }

  @Test
  void shouldResumeFromEveryPlaceATraceFileMayBeCutAt() throws Exception {
    final RunFolder whole = ReplayRuns.run(ReplayRuns.config(folder, 6)).folder();
    final Map<String, String> expected = ReplayRuns.tokens(whole);
    final long size = Files.size(whole.traces());

    for (long cut = 0; cut < size; cut += size / 5 + 1) {
      truncate(whole.traces(), cut);
      final RolloutJob.Outcome resumed = ReplayRuns.resume(whole);

      assertEquals(expected, ReplayRuns.tokens(resumed.folder()), "cut=" + cut);
      assertEquals(List.of(), new RunVerifier(whole).verify().differences(), "cut=" + cut);
    }
  }

  private static void truncate(final Path file, final long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  @Test
  void shouldLoseNoFinishedGroupWhenItIsKilled() throws Exception {
    final RunConfig config =
        ReplayRuns.loader(folder, 300).override("engine.groups-in-flight", "4").load();
    final Map<String, String> expected = ReplayRuns.tokens(ReplayRuns.run(config).folder());
    final Path out = Files.createDirectory(folder.resolve("killed"));

    final long kept = runAndKill(config, out);
    final RunFolder killed = RunFolder.find(out);
    final Map<String, String> before = ReplayRuns.tokens(killed);
    final RolloutJob.Outcome resumed = ReplayRuns.resume(killed);

    assertTrue(kept > 0, "kept=" + kept);
    assertTrue(before.size() > 0 && before.size() < expected.size(), "before=" + before.size());
    assertEquals(expected, ReplayRuns.tokens(resumed.folder()));
    final RunVerifier.Verdict verdict = new RunVerifier(killed).verify();
    assertEquals(List.of(), verdict.differences());
    assertEquals(List.of(), verdict.unchecked(), "the journal holds both sessions");
  }

  /** Starts a run in a process of its own and kills it once some groups are kept. */
  private long runAndKill(final RunConfig config, final Path out) throws Exception {
    final Path file = folder.resolve("run.toml");
    Files.writeString(file, ConfigText.resolved(config));
    final ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "dev.coppice.app.CoppiceCommand",
                "run",
                "@",
                file.toString(),
                "--out",
                out.toString()));
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("child.log").toFile());
    final Process process = builder.start();
    long size = 0;
    while (size < 20_000 && !process.waitFor(2, TimeUnit.MILLISECONDS)) {
      size = tracesSize(out);
    }
    process.destroyForcibly().waitFor();
    assertTrue(size >= 20_000, () -> "the child ended early: " + readLog());
    return size;
  }

  private static long tracesSize(final Path out) throws IOException {
    try (var runs = Files.newDirectoryStream(out)) {
      for (final Path run : runs) {
        final Path traces = run.resolve("traces.jsonl");
        return Files.exists(traces) ? Files.size(traces) : 0;
      }
    }
    return 0;
  }

  private String readLog() {
    try {
      return Files.readString(folder.resolve("child.log"));
    } catch (final IOException e) {
      return e.toString();
    }
  }

  @Test
  void shouldLeaveAFinishedRunAloneEvenIfTheBudgetDroppedGroups() throws Exception {
    final RunConfig config =
        ReplayRuns.loader(folder, 30)
            .override("budget.computed-tokens", "1000")
            .override("engine.groups-in-flight", "2")
            .load();
    final RolloutJob.Outcome outcome = ReplayRuns.run(config);
    final byte[] traces = Files.readAllBytes(outcome.folder().traces());

    ReplayRuns.resume(outcome.folder());

    assertTrue(outcome.report().arm("chain").value(Metric.GROUPS) < 30, "some are dropped");
    assertTrue(outcome.report().arm("chain").value(Metric.COMPUTED_TOKENS) <= 1000);
    assertArrayEquals(traces, Files.readAllBytes(outcome.folder().traces()));
    final RunVerifier.Verdict verdict = new RunVerifier(outcome.folder()).verify();
    assertEquals(List.of(), verdict.differences());
    assertEquals(List.of(), verdict.unchecked(), "a replay drops the same groups");
  }

  @Test
  void shouldRefuseToResumeWithAnotherModel() throws Exception {
    final RunFolder run = ReplayRuns.run(ReplayRuns.config(folder, 2)).folder();
    final String ledger = Files.readString(run.ledger());
    Files.writeString(run.ledger(), ledger.replace("\"replay\"", "\"other\""));

    final RuntimeException refused =
        assertThrows(RuntimeException.class, () -> ReplayRuns.resume(run));

    assertTrue(refused.getMessage().contains("other"), refused.getMessage());
  }

  @Test
  void shouldRefuseAnEnvironmentThatIsNoneAndAMissingModelBeforeAnyWork() {
    final ConfigLoader noModel = new ConfigLoader().override("model.path", "no/such/model");

    final ConfigException none =
        assertThrows(
            ConfigException.class, () -> new ConfigLoader().override("task.environment", "drawer"));
    assertTrue(none.getMessage().contains("drawers"), none.getMessage());
    final RuntimeException missing =
        assertThrows(RuntimeException.class, () -> RunResources.open(noModel.load()));
    assertTrue(missing.getMessage().contains("no/such/model"), missing.getMessage());
  }
}
