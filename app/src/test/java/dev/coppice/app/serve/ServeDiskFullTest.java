package dev.coppice.app.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.coppice.bridge.flight.BridgeClient;
import dev.coppice.bridge.flight.GroupFeed;
import dev.coppice.bridge.segment.SegmentForm;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real engine on a real disk of 3 MiB, mounted in a name space of its own, that fills up. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ServeDiskFullTest {
  private static final long LONGEST_RECOVERY_NS = TimeUnit.SECONDS.toNanos(2);
  private static final int GROUPS = 60;
  private static final int HELD = 8;

  @TempDir private Path folder;

  private static boolean runs(final List<String> command) {
    try {
      final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (final IOException | InterruptedException e) {
      return false;
    }
  }

  private static List<String> mounting(final Path disk) {
    final String mount = "mount -t tmpfs -o size=3m none " + disk + " && exec \"$@\"";
    return List.of("unshare", "-rm", "sh", "-c", mount, "sh");
  }

  @Test
  void shouldPauseWhileTheDiskIsFullLoseNothingAndGoOn() throws Exception {
    final Path disk = Files.createDirectory(folder.resolve("disk"));
    final List<String> check = new java.util.ArrayList<>(mounting(disk));
    check.add("true");
    assumeTrue(runs(check), "no small disk: this machine does not let a user mount one (unshare)");
    final List<String> arguments =
        ReplayConfig.arguments(folder, List.of("--run.out", disk.resolve("runs").toString()));
    final EngineProcess.Running engine =
        EngineProcess.serve(
            mounting(disk), List.of("-Xmx256m"), arguments, folder.resolve("location"));
    try (BridgeClient client = BridgeClient.connect(engine.await().path("location").asText())) {
      client.submit("first", GROUPS);
      final Set<Long> taken = take(client, HELD);
      final Path seen =
          Path.of("/proc", Long.toString(engine.process().pid()), "root" + disk, "ballast");
      fill(seen);

      final FlightRuntimeException refused =
          assertThrows(FlightRuntimeException.class, () -> keepAcknowledging(client, taken));
      assertEquals(FlightStatusCode.RESOURCE_EXHAUSTED, refused.status().code());
      assertTrue(refused.getMessage().contains("disk is full: could not"), refused.getMessage());
      assertTrue(refused.getMessage().contains("free some space"), refused.getMessage());
      await(client, "\"paused_because\":\"the disk is full; it resumes when there is room\"");

      Files.delete(seen);
      final long freedNs = System.nanoTime();
      await(client, "\"paused\":false");
      final long recoveryNs = System.nanoTime() - freedNs;
      client.acknowledge(List.copyOf(taken));
      final Set<Long> rest = take(client, GROUPS - HELD);

      assertTrue(recoveryNs < LONGEST_RECOVERY_NS, "recoveryNs=" + recoveryNs);
      client.acknowledge(List.copyOf(rest));
      rest.addAll(taken);
      assertEquals(GROUPS, rest.size());
      assertTrue(client.status().contains("\"acknowledged\":" + GROUPS), client.status());
    } finally {
      engine.process().destroy();
      assertTrue(engine.process().waitFor(1, TimeUnit.MINUTES));
    }
  }

  /** Acknowledges again and again: the last page of the journal may still take a few records. */
  private static void keepAcknowledging(final BridgeClient client, final Set<Long> groups) {
    for (int attempt = 0; attempt < 10_000; attempt++) {
      client.submit("more-" + attempt + "-" + "x".repeat(900), 1);
    }
    client.acknowledge(List.copyOf(groups));
  }

  private static Set<Long> take(final BridgeClient client, final int count) {
    final Set<Long> numbers = new HashSet<>();
    try (GroupFeed feed = client.groups(SegmentForm.TREE_PACKED, count, true)) {
      while (feed.next()) {
        for (final long number : feed.groupNumbers()) {
          assertTrue(numbers.add(number), "twice: group=" + number);
        }
      }
    }
    return numbers;
  }

  private static void fill(final Path ballast) throws IOException {
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(new byte[4096]);
      }
    } catch (final IOException e) {
      assertTrue(e.getMessage().contains("No space left"), e.getMessage());
    }
  }

  private static void await(final BridgeClient client, final String text) {
    final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!client.status().contains(text)) {
      assertTrue(System.nanoTime() - deadlineNs < 0, text + " not in " + client.status());
      Thread.onSpinWait();
    }
  }
}
