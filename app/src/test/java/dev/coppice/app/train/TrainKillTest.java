package dev.coppice.app.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a trainer or its engine with real processes: the run ends with the very same weights. */
@Tag("slow")
class TrainKillTest {
  private static final int UPDATES = 5;
  private static final long DEADLINE_NS = TimeUnit.MINUTES.toNanos(10);
  private static final Pattern ENGINE = Pattern.compile("engine: process (\\d+)");

  @TempDir Path folder;

  @Test
  void shouldEndWithTheSameWeightsWhenTrainerOrEngineIsKilledOnTheWay() throws Exception {
    final Path straight = folder.resolve("straight");
    assertEquals(0, begin(straight).waitFor());

    final Path orphaned = folder.resolve("trainer-killed");
    final Process trainer = begin(orphaned);
    awaitCheckpoint(orphaned, 2, trainer);
    trainer.destroyForcibly().waitFor();
    assertEquals(0, start(orphaned, "--resume", orphaned.toString()).waitFor());

    final Path restarted = folder.resolve("engine-killed");
    final Process survivor = begin(restarted);
    awaitCheckpoint(restarted, 2, survivor);
    ProcessHandle.of(engineOf(restarted)).ifPresent(ProcessHandle::destroyForcibly);
    assertEquals(0, survivor.waitFor(), () -> log(restarted));

    assertEquals(-1, Files.mismatch(weights(straight), weights(orphaned)), log(orphaned));
    assertEquals(-1, Files.mismatch(weights(straight), weights(restarted)), log(restarted));
    assertTrue(log(restarted).contains("starting it again"), log(restarted));
  }

  private Path weights(final Path root) {
    return new TrainFolder(root).checkpoint(UPDATES).resolve("model.safetensors");
  }

  private Process begin(final Path root) throws IOException {
    final Path config = ProjectFolder.root().resolve("examples/drawers-train.toml");
    return start(
        root,
        "@",
        config.toString(),
        "--bridge.batch",
        "2",
        "--train.updates",
        String.valueOf(UPDATES),
        "--train.evaluation-problems",
        "0",
        "--out",
        root.toString());
  }

  private Process start(final Path root, final String... arguments) throws IOException {
    final List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (final String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.startsWith("--") || flag.startsWith("-Dai.djl")) {
        command.add(flag);
      }
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("dev.coppice.app.CoppiceCommand", "train"));
    command.addAll(List.of(arguments));
    final ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("OMP_NUM_THREADS", "1");
    builder.environment().put("COPPICE_HOME", ProjectFolder.root().toString());
    return builder.redirectOutput(ProcessBuilder.Redirect.appendTo(logFile(root).toFile())).start();
  }

  private Path logFile(final Path root) {
    return folder.resolve(root.getFileName() + ".log");
  }

  private String log(final Path root) {
    try {
      return Files.readString(logFile(root));
    } catch (IOException e) {
      return "no log: " + e;
    }
  }

  private long engineOf(final Path root) {
    final Matcher matcher = ENGINE.matcher(log(root));
    assertTrue(matcher.find(), log(root));
    return Long.parseLong(matcher.group(1));
  }

  private void awaitCheckpoint(final Path root, final int step, final Process process) {
    final long endNs = System.nanoTime() + DEADLINE_NS;
    final Path checkpoint = new TrainFolder(root).checkpoint(step);
    while (!Files.exists(checkpoint)) {
      assertTrue(process.isAlive() && System.nanoTime() < endNs, () -> log(root));
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }
}
