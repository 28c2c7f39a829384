package dev.coppice.app.serve;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Kills engine and trainer, real processes, at random moments and counts what became of their
 * groups.
 *
 * <p>Three of four victims are killed at work, the others while they may still be starting.
 */
public final class BridgeKills {
  private static final int LONGEST_LIFE_MS = 1_500;
  private static final int KILLS_PER_LINE = 10;
  private static final List<String> FLAGS =
      List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto");

  private final Path folder;
  private final Random random;
  private final long seed;
  private final boolean damages;
  private final long beganNs = System.nanoTime();
  private EngineProcess.Running engine;
  private Process trainer;

  /**
   * Counts what the trainer's log and the engine's ledger say.
   *
   * @param kills of a process.
   * @param ofEngine kills among them.
   * @param acknowledged groups.
   * @param quarantined groups whose segment was damaged.
   * @param lost groups without an end in the ledger, and those never received though they are
   *     neither dropped nor quarantined.
   * @param twice deliveries of a group after its acknowledgement was answered.
   * @param changed deliveries with other tokens than the first.
   * @param redelivered deliveries of a group again before it was acknowledged.
   * @param ledger of the engine at its end.
   */
  record Outcome(
      int kills,
      int ofEngine,
      int acknowledged,
      int quarantined,
      int lost,
      int twice,
      int changed,
      int redelivered,
      String ledger) {}

  /** Makes a run; one that damages flips bits of segments while no engine runs. */
  BridgeKills(final Path folder, final long seed, final boolean damages) {
    this.folder = folder;
    this.damages = damages;
    this.seed = seed;
    this.random = new Random(seed);
  }

  /**
   * Kills so many times: {@code BridgeKills KILLS MIN_GROUPS [SEED]}.
   *
   * @param arguments the numbers.
   */
  public static void main(final String[] arguments) throws Exception {
    final int least = Integer.parseInt(arguments[1]);
    final long seed = arguments.length > 2 ? Long.parseLong(arguments[2]) : 6;
    final Outcome outcome =
        new BridgeKills(Files.createTempDirectory("coppice-kills"), seed, false)
            .run(Integer.parseInt(arguments[0]), least);
    final boolean held =
        outcome.lost() + outcome.twice() + outcome.changed() == 0
            && outcome.acknowledged() >= least;
    System.out.println("kills verdict=" + (held ? "held" : "BROKEN") + " " + outcome);
    System.exit(held ? 0 : 1);
  }

  /** Kills so many times, lets the work continue until enough groups are done, and counts. */
  Outcome run(final int kills, final int least) throws Exception {
    final List<String> config =
        ReplayConfig.arguments(
            folder, List.of("--bridge.groups-per-segment", "16", "--bridge.batch", "64"));
    final Path location = folder.resolve("location");
    engine = EngineProcess.serve(FLAGS, config, location);
    final String run = engine.await().path("folder").asText();
    trainer = startTrainer();
    int ofEngine = 0;
    for (int kill = 1; kill <= kills; kill++) {
      if (killOne(kill)) {
        ofEngine++;
        if (damages && ofEngine % 2 == 1) {
          flipABit(Path.of(run, "trajectories"));
        }
        engine = EngineProcess.serve(FLAGS, List.of("--resume", run), location);
      } else {
        trainer = startTrainer();
      }
      if (kill % KILLS_PER_LINE == 0) {
        progress(kill);
      }
    }
    while (count("A ") < least) {
      awaitProgress();
    }
    EngineProcess.write(folder.resolve("stop"), "");
    require(trainer.waitFor(5, TimeUnit.MINUTES), "the trainer did not end");
    engine.process().destroy();
    require(engine.process().waitFor(1, TimeUnit.MINUTES), "the engine did not end");
    progress(kills);
    return outcome(kills, ofEngine, Files.readString(Path.of(run, "ledger.json")));
  }

  /** Kills a process after a while; true if it was the engine. */
  private boolean killOne(final int kill) throws Exception {
    if (random.nextInt(4) > 0) {
      awaitProgress();
    }
    final boolean ofEngine = random.nextBoolean();
    final Process victim = ofEngine ? engine.process() : trainer;
    require(
        !victim.waitFor(random.nextInt(LONGEST_LIFE_MS), TimeUnit.MILLISECONDS),
        "it ended by itself: kill=" + kill + " engine=" + ofEngine);
    victim.destroyForcibly();
    require(victim.waitFor(30, TimeUnit.SECONDS), "it survived: kill=" + kill);
    return ofEngine;
  }

  private void flipABit(final Path trajectories) throws IOException {
    final List<Path> files;
    try (Stream<Path> all = Files.list(trajectories)) {
      files = all.filter(file -> file.toString().endsWith(".arrow")).sorted().toList();
    }
    if (files.isEmpty()) {
      return;
    }
    final Path file = files.get(random.nextInt(files.size()));
    final byte[] bytes = Files.readAllBytes(file);
    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
    Files.write(file, bytes);
  }

  private void require(final boolean condition, final String message) {
    if (!condition) {
      throw new AssertionError(message + ": seed=" + seed + " folder=" + folder);
    }
  }

  private void progress(final int kill) throws IOException {
    System.out.println(
        "kills="
            + kill
            + " acknowledged="
            + count("A ")
            + " seconds="
            + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beganNs));
  }

  private long count(final String prefix) throws IOException {
    final Path log = folder.resolve("trainer.log");
    return Files.exists(log)
        ? Files.readAllLines(log).stream().filter(line -> line.startsWith(prefix)).count()
        : 0;
  }

  /** Waits until the trainer has noted something new. */
  private void awaitProgress() throws Exception {
    final Path log = folder.resolve("trainer.log");
    final long before = Files.exists(log) ? Files.size(log) : 0;
    final long deadlineNs = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
    while (!Files.exists(log) || Files.size(log) == before) {
      require(System.nanoTime() - deadlineNs < 0, "nothing moves");
      require(!engine.process().waitFor(5, TimeUnit.MILLISECONDS), "the engine ended by itself");
    }
  }

  private Process startTrainer() throws IOException {
    final Process process =
        EngineProcess.java(FLAGS, KillTrainer.class.getName(), List.of(folder.toString()));
    process.getOutputStream().close();
    return process;
  }

  /** Counts deliveries; a group may come again before it is acknowledged, as the same tokens. */
  private Outcome outcome(final int kills, final int ofEngine, final String ledger)
      throws IOException {
    final Map<String, String> hashes = new HashMap<>();
    final Set<String> acknowledged = new HashSet<>();
    int twice = 0;
    int changed = 0;
    int redelivered = 0;
    for (final String line : Files.readAllLines(folder.resolve("trainer.log"))) {
      final String[] words = line.split(" ");
      if (words[0].equals("R")) {
        final String before = hashes.put(words[1], words[2]);
        twice += acknowledged.contains(words[1]) ? 1 : 0;
        changed += before != null && !before.equals(words[2]) ? 1 : 0;
        redelivered += before != null ? 1 : 0;
      } else if (words[0].equals("A")) {
        acknowledged.add(words[1]);
      }
    }
    // Groups are numbered from 0; the ledger says how many there were and how each has ended.
    final int submitted = number(ledger, "submitted");
    final int delivered = number(ledger, "delivered");
    final int quarantined = number(ledger, "corrupt");
    int unseen = 0;
    for (int group = 0; group < submitted; group++) {
      unseen += hashes.containsKey(Integer.toString(group)) ? 0 : 1;
    }
    final int lost = submitted - delivered - quarantined + Math.max(0, unseen - quarantined);
    return new Outcome(
        kills, ofEngine, delivered, quarantined, lost, twice, changed, redelivered, ledger);
  }

  private static int number(final String ledger, final String name) {
    final Matcher matcher = Pattern.compile("\"" + name + "\" : (\\d+)").matcher(ledger);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
  }
}
