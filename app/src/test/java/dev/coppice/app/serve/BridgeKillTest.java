package dev.coppice.app.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills engine and trainer, real processes, and looks what became of acknowledged groups. */
class BridgeKillTest {
  private static final long SEED = 6;
  private static final int LONGEST_LIFE_MS = 4_000;
  private static final List<String> FLAGS =
      List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  @TempDir private Path folder;

  @Test
  void shouldDeliverEveryGroupOnceWhenEngineOrTrainerAreKilledAFewTimes() throws Exception {
    kill(4, 1);
  }

  @Test
  @Tag("slow")
  void shouldDeliverEveryGroupOnceWhenEngineOrTrainerAreKilled200Times() throws Exception {
    kill(200, 10_000);
  }

  private void kill(final int kills, final int least) throws Exception {
    final Random random = new Random(SEED);
    final List<String> config =
        ReplayConfig.arguments(
            folder, List.of("--bridge.groups-per-segment", "16", "--bridge.batch", "64"));
    final Path location = folder.resolve("location");
    EngineProcess.Running engine = EngineProcess.serve(FLAGS, config, location);
    final String run = engine.await().path("folder").asText();
    Process trainer = trainer();
    for (int kill = 0; kill < kills; kill++) {
      // Three of four are killed at work, the others while they may still be starting.
      if (random.nextInt(4) > 0) {
        awaitProgress(engine.process());
      }
      final boolean ofEngine = random.nextBoolean();
      final Process victim = ofEngine ? engine.process() : trainer;
      assertTrue(
          !victim.waitFor(random.nextInt(LONGEST_LIFE_MS), TimeUnit.MILLISECONDS),
          "it ended by itself: seed=" + SEED + " kill=" + kill + " engine=" + ofEngine);
      victim.destroyForcibly();
      assertTrue(victim.waitFor(30, TimeUnit.SECONDS));
      if (ofEngine) {
        engine = EngineProcess.serve(FLAGS, List.of("--resume", run), location);
      } else {
        trainer = trainer();
      }
    }
    EngineProcess.write(folder.resolve("stop"), "");
    assertTrue(trainer.waitFor(5, TimeUnit.MINUTES), "the trainer did not end: seed=" + SEED);
    engine.process().destroy();
    assertTrue(engine.process().waitFor(1, TimeUnit.MINUTES));

    final int acknowledged = assertNothingLostOrTwice();
    final String ledger = Files.readString(Path.of(run, "ledger.json"));
    assertTrue(ledger.contains("\"delivered\" : " + acknowledged), ledger);
    assertTrue(ledger.contains("\"submitted\" : " + acknowledged), ledger);
    assertTrue(acknowledged >= least, "acknowledged=" + acknowledged);
    System.out.println("kills=" + kills + " acknowledged=" + acknowledged + " lost=0 twice=0");
  }

  /** Waits until the trainer has noted something new. */
  private void awaitProgress(final Process engine) throws Exception {
    final Path log = folder.resolve("trainer.log");
    final long before = Files.exists(log) ? Files.size(log) : 0;
    final long deadlineNs = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
    while (!Files.exists(log) || Files.size(log) == before) {
      assertTrue(System.nanoTime() - deadlineNs < 0, "nothing moves: seed=" + SEED);
      assertTrue(!engine.waitFor(10, TimeUnit.MILLISECONDS), "the engine ended: seed=" + SEED);
    }
  }

  private Process trainer() throws IOException {
    final Process process =
        EngineProcess.java(FLAGS, KillTrainer.class.getName(), List.of(folder.toString()));
    process.getOutputStream().close();
    return process;
  }

  /** Counts what was acknowledged; a group may come again before that, but as the same tokens. */
  private int assertNothingLostOrTwice() throws IOException {
    final Map<String, String> hashes = new HashMap<>();
    final Set<String> acknowledged = new HashSet<>();
    int lost = 0;
    int twice = 0;
    int changed = 0;
    for (final String line : Files.readAllLines(folder.resolve("trainer.log"))) {
      final String[] words = line.split(" ");
      if (words[0].equals("R")) {
        twice += acknowledged.contains(words[1]) ? 1 : 0;
        final String before = hashes.put(words[1], words[2]);
        changed += before != null && !before.equals(words[2]) ? 1 : 0;
      } else if (words[0].equals("A")) {
        lost += hashes.containsKey(words[1]) ? 0 : 1;
        acknowledged.add(words[1]);
      }
    }
    assertEquals(0, twice, "delivered again after it was acknowledged: seed=" + SEED);
    assertEquals(0, changed, "delivered again with other tokens: seed=" + SEED);
    assertEquals(0, lost, "acknowledged and never received: seed=" + SEED);
    // A trainer killed between the answer and its note has the group, and the engine knows.
    for (int group = 0; group < hashes.size(); group++) {
      assertTrue(hashes.containsKey(Integer.toString(group)), "lost: group=" + group);
    }
    return hashes.size();
  }
}
