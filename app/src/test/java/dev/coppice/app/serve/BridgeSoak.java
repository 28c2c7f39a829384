package dev.coppice.app.serve;

import dev.coppice.bridge.flight.BridgeClient;
import dev.coppice.bridge.flight.GroupFeed;
import dev.coppice.bridge.segment.SegmentForm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.arrow.flight.FlightRuntimeException;

/**
 * Holds an engine of 512 MB back with a slow trainer, looks at its memory, and says what it sees.
 *
 * <p>The heap is there in full from the start, so that what grows is not the heap filling up. The
 * verdict comes from the second half: a quantity is flat if its slope plus twice the slope's error
 * lies below its limit.
 */
public final class BridgeSoak {
  private static final int LOOKS = 120;
  private static final double DISK_MIB = 24;

  /** What two errors are worth while the JIT compiler takes and returns its arenas. */
  private static final double RESIDENT_MIB_PER_HOUR = 16;

  private static final Pattern COUNT =
      Pattern.compile("\"(queued|in_flight|sealed|offered|acknowledged)\":(\\d+)");

  private final long beganNs = System.nanoTime();
  private final long lengthNs;
  private final long pauseNs;
  private final Path folder;
  private final List<MemoryLook> looks = new ArrayList<>();
  private long received;
  private int requests;
  private long nextLookNs;

  BridgeSoak(final int minutes, final long pauseMs, final Path folder) {
    this.lengthNs = TimeUnit.MINUTES.toNanos(minutes);
    this.pauseNs = TimeUnit.MILLISECONDS.toNanos(pauseMs);
    this.folder = folder;
  }

  /**
   * Runs a soak: {@code BridgeSoak MINUTES [PAUSE_MS]}.
   *
   * @param arguments how long, and how long the trainer rests after each message, 200 by default.
   */
  public static void main(final String[] arguments) throws Exception {
    final Path folder = Files.createTempDirectory("coppice-soak");
    final long pauseMs = arguments.length > 1 ? Long.parseLong(arguments[1]) : 200;
    final Map<String, String> verdicts =
        new BridgeSoak(Integer.parseInt(arguments[0]), pauseMs, folder).run();
    final boolean flat = verdicts.values().stream().allMatch("flat"::equals);
    System.out.println("soak verdict=" + (flat ? "flat" : "NOT FLAT " + verdicts));
    System.exit(flat ? 0 : 1);
  }

  /** Runs, prints a line per look and one per verdict, and returns the verdicts by quantity. */
  Map<String, String> run() throws Exception {
    final EngineProcess.Running engine =
        EngineProcess.serve(
            List.of(
                "-Xms512m",
                "-Xmx512m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-XX:MarkSweepAlwaysCompactCount=1",
                "-XX:TrimNativeHeapInterval=30000",
                "-XX:NativeMemoryTracking=summary"),
            ReplayConfig.arguments(folder, List.of("--tree.trees", "8", "--run.journal", "false")),
            folder.resolve("location"));
    try {
      final String location = engine.await().path("location").asText();
      while (ageNs() < lengthNs && engine.process().isAlive()) {
        session(location, engine.process());
      }
      System.out.println(MemoryLook.jcmd(engine.process(), "VM.native_memory", "summary.diff"));
    } finally {
      engine.process().destroy();
      engine.process().waitFor(1, TimeUnit.MINUTES);
    }
    return verdicts();
  }

  private long ageNs() {
    return System.nanoTime() - beganNs;
  }

  /** Works until the time is over or the connection is cut, as where the machine was halted. */
  private void session(final String location, final Process engine) throws Exception {
    try (BridgeClient client = BridgeClient.connect(location)) {
      client.submit("soak", 2000);
      while (ageNs() < lengthNs) {
        train(client);
        if (ageNs() >= nextLookNs) {
          nextLookNs += lengthNs / LOOKS;
          look(client, engine);
        }
      }
    } catch (final FlightRuntimeException e) {
      System.out.println("soak connects again: " + e.getMessage());
    }
  }

  /** Takes groups and asks for as many; now and then as paths, now and then leaving early. */
  private void train(final BridgeClient client) {
    requests++;
    final SegmentForm form = requests % 4 == 0 ? SegmentForm.FLAT : SegmentForm.TREE_PACKED;
    final boolean leavesEarly = requests % 10 == 0;
    final List<Long> numbers = new ArrayList<>();
    try (GroupFeed feed = client.groups(form, leavesEarly ? 0 : 16, true)) {
      while (!(leavesEarly && numbers.size() >= 8) && feed.next()) {
        numbers.addAll(feed.groupNumbers());
        LockSupport.parkNanos(pauseNs);
      }
    }
    received += numbers.size();
    // Small requests, so that the table of those that are remembered is full early on.
    for (int place = 0; place < numbers.size(); place += 2) {
      client.submit("soak-" + requests + "-" + place, Math.min(2, numbers.size() - place));
    }
    for (final long number : numbers) {
      client.acknowledge(List.of(number));
    }
  }

  private void look(final BridgeClient client, final Process engine) throws Exception {
    final String status = client.status();
    final double hours = (double) ageNs() / TimeUnit.HOURS.toNanos(1);
    final MemoryLook look = MemoryLook.at(hours, engine, status, folder.resolve("runs"));
    if (!look.isWhole()) {
      return;
    }
    looks.add(look);
    final Matcher count = COUNT.matcher(status);
    final StringBuilder held = new StringBuilder();
    while (count.find()) {
      held.append(' ').append(count.group(1)).append('=').append(count.group(2));
    }
    System.out.println("soak " + look + " received=" + received + held);
    if (looks.size() == LOOKS / 2) {
      MemoryLook.jcmd(engine, "VM.native_memory", "baseline");
    }
  }

  private Map<String, String> verdicts() {
    final Map<String, String> verdicts = new LinkedHashMap<>();
    judge(verdicts, "live_heap_mib", MemoryLook::liveHeap, 1);
    judge(verdicts, "arrow_mib", MemoryLook::arrow, 1);
    judge(verdicts, "native_other_mib", MemoryLook::nativeOther, 1);
    judge(verdicts, "rss_mib", MemoryLook::resident, RESIDENT_MIB_PER_HOUR);
    judge(verdicts, "descriptors", MemoryLook::descriptors, 10);
    final double disk = looks.stream().mapToDouble(MemoryLook::disk).max().orElse(0);
    verdicts.put("disk_mib", disk < DISK_MIB ? "flat" : "rising");
    System.out.printf("soak disk_mib highest=%.2f limit=%.0f%n", disk, DISK_MIB);
    return verdicts;
  }

  private void judge(
      final Map<String, String> verdicts,
      final String name,
      final ToDoubleFunction<MemoryLook> value,
      final double limitPerHour) {
    final List<MemoryLook> half = looks.subList(looks.size() / 2, looks.size());
    final Slope slope =
        Slope.of(
            half.stream().mapToDouble(MemoryLook::hours).toArray(),
            half.stream().mapToDouble(value).toArray());
    final String verdict = slope.verdict(limitPerHour);
    verdicts.put(name, verdict);
    System.out.println(
        "soak " + name + " slope=" + slope + " limit=" + limitPerHour + " " + verdict);
  }
}
