package dev.coppice.app.serve;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.flight.BridgeClient;
import dev.coppice.bridge.flight.GroupFeed;
import dev.coppice.bridge.segment.SegmentForm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lets a slow trainer hold an engine of 512 MB back and looks at the memory.
 *
 * <p>How long: {@code -Dcoppice.soak.minutes=60}.
 */
class BridgeSoakTest {
  private static final int MINUTES = Integer.getInteger("coppice.soak.minutes", 5);
  private static final long SLOW_NS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long LOOK_NS = TimeUnit.SECONDS.toNanos(20);
  private static final double FLAT_KIB_PER_HOUR = 32 * 1024;

  @TempDir private Path folder;

  @Test
  @Tag("slow")
  void shouldKeepMemoryFlatWhileTheTrainerIsSlow() throws Exception {
    final EngineProcess.Running engine =
        EngineProcess.serve(
            // The heap is there from the start, so that what grows is not the heap filling up.
            List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"),
            ReplayConfig.arguments(folder, List.of("--tree.trees", "8")),
            folder.resolve("location"));
    final List<Long> rssKib = new ArrayList<>();
    try (BridgeClient client = BridgeClient.connect(engine.await().path("location").asText())) {
      final long endNs = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
      long lookNs = System.nanoTime();
      int requests = 0;
      while (System.nanoTime() - endNs < 0) {
        // Many wait at first; then as many come as are taken.
        client.submit("soak-" + requests, requests++ == 0 ? 2000 : 16);
        for (final long number : slowly(client)) {
          client.acknowledge(List.of(number));
        }
        if (System.nanoTime() - lookNs >= 0) {
          lookNs += LOOK_NS;
          rssKib.add(rssKib(engine.process()));
          System.out.println("soak rss_kib=" + rssKib.getLast() + " requests=" + requests);
        }
      }
    } finally {
      engine.process().destroy();
      engine.process().waitFor(1, TimeUnit.MINUTES);
    }
    final double perHour = slopePerHour(rssKib.subList(rssKib.size() / 3, rssKib.size()));
    System.out.println("soak minutes=" + MINUTES + " slope_kib_per_hour=" + perHour);
    assertTrue(perHour < FLAT_KIB_PER_HOUR || MINUTES < 30, "slope=" + perHour + " rss=" + rssKib);
  }

  /** Takes 16 groups, one message in 200 ms. */
  private static List<Long> slowly(final BridgeClient client) {
    final List<Long> numbers = new ArrayList<>();
    try (GroupFeed feed = client.groups(SegmentForm.TREE_PACKED, 16, true)) {
      while (feed.next()) {
        numbers.addAll(feed.groupNumbers());
        java.util.concurrent.locks.LockSupport.parkNanos(SLOW_NS);
      }
    }
    return numbers;
  }

  private static long rssKib(final Process process) throws Exception {
    for (final String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    return 0;
  }

  private static double slopePerHour(final List<Long> values) {
    final int n = values.size();
    final double meanX = (n - 1) / 2.0;
    final double meanY = values.stream().mapToLong(Long::longValue).average().orElse(0);
    double xy = 0;
    double xx = 0;
    for (int i = 0; i < n; i++) {
      xy += (i - meanX) * (values.get(i) - meanY);
      xx += (i - meanX) * (i - meanX);
    }
    return xx == 0 ? 0 : xy / xx * TimeUnit.HOURS.toNanos(1) / LOOK_NS;
  }
}
