package dev.coppice.app.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.bridge.disk.DurableFile;
import dev.coppice.bridge.flight.BridgeClient;
import dev.coppice.bridge.flight.GroupFeed;
import dev.coppice.bridge.segment.SegmentForm;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.VersionRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real engine, a real policy, weights that come and do not fit, and a kill in between. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class ServeWeightsTest {
  private static final int GROUPS = 24;
  private static final int BATCH = 4;
  private static final int STALENESS = 1;
  private static final int AHEAD = (STALENESS + 1) * BATCH;
  private static final List<String> FLAGS = List.of("-Xmx1g", "-XX:TieredStopAtLevel=1");

  @TempDir private Path folder;

  /** Weights in a folder named for their version and digest. */
  private record Weights(Path folder, int version, String sha256) {}

  private static Path policy() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(at.resolve("models/tiny-policy"))) {
      at = at.getParent();
    }
    return at.resolve("models/tiny-policy");
  }

  private Weights weights(final int version, final byte[] safetensors) throws IOException {
    final Path aside = Files.write(folder.resolve("aside"), safetensors);
    final String sha256 = DurableFile.digest(aside).sha256();
    final Path named = folder.resolve("v" + version + "-" + sha256.substring(0, 12));
    Files.createDirectories(named);
    Files.move(aside, named.resolve("model.safetensors"));
    for (final String file : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(policy().resolve(file), named.resolve(file));
    }
    return new Weights(named, version, sha256);
  }

  private static byte[] good(final int version) throws IOException {
    final byte[] bytes = Files.readAllBytes(policy().resolve("model.safetensors"));
    bytes[bytes.length - 4] ^= (byte) version; // The last bits of one weight.
    return bytes;
  }

  private static byte[] ofAnotherShape() throws IOException {
    final byte[] bytes = good(0);
    final String text = new String(bytes, StandardCharsets.ISO_8859_1);
    final int at = text.indexOf("[48,96]");
    assertTrue(at > 0, "the policy has no tensor of 48 x 96");
    return text.replaceFirst("\\[48,96\\]", "[96,48]").getBytes(StandardCharsets.ISO_8859_1);
  }

  private static int publish(final BridgeClient client, final Weights weights) {
    return client.publish(weights.folder(), weights.version(), weights.sha256());
  }

  private static void assertRefused(
      final BridgeClient client,
      final Weights weights,
      final FlightStatusCode code,
      final String... says) {
    final int before = status(client).path("policy_version").asInt();
    final FlightRuntimeException refused =
        assertThrows(FlightRuntimeException.class, () -> publish(client, weights));
    assertEquals(code, refused.status().code(), refused.getMessage());
    for (final String text : says) {
      assertTrue(refused.getMessage().contains(text), refused.getMessage());
    }
    assertEquals(before, status(client).path("policy_version").asInt(), "it was taken after all");
  }

  private static JsonNode status(final BridgeClient client) {
    try {
      final JsonNode status = new ObjectMapper().readTree(client.status());
      final JsonNode counts = status.path("counts");
      final long ahead =
          counts.path("in_flight").asLong()
              + counts.path("sealed").asLong()
              + counts.path("offered").asLong();
      assertTrue(ahead <= AHEAD, "more than (staleness + 1) x batch groups are ahead: " + counts);
      return status;
    } catch (final IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void awaitSealed(final BridgeClient client, final int count) {
    while (status(client).path("counts").path("sealed").asInt() < count) {
      Thread.onSpinWait();
    }
  }

  private List<String> config() {
    return List.of(
        ("--model.path "
                + policy()
                + " --task.environment countdown --task.count 40"
                + " --tree.policy fixed --tree.fixed.places 1:2 --tree.trees 1"
                + " --bridge.groups-per-segment 2 --bridge.batch "
                + BATCH
                + " --bridge.staleness "
                + STALENESS
                + " --run.out "
                + folder.resolve("runs"))
            .split(" "));
  }

  @Test
  void shouldRefuseWeightsThatDoNotFitAndResumeWithThoseThatDid() throws Exception {
    final EngineProcess.Running engine =
        EngineProcess.serve(FLAGS, config(), folder.resolve("location"));
    final Path run = Path.of(engine.await().path("folder").asText());
    final Weights second = weights(2, good(2));
    try (BridgeClient client = BridgeClient.connect(engine.await().path("location").asText())) {
      client.submit("all", GROUPS);
      awaitSealed(client, AHEAD);
      refuseWhatDoesNotFit(client);
      final Weights first = weights(1, good(1));
      assertEquals(1, publish(client, first));
      assertEquals(1, publish(client, first), "the same again changes nothing");
      assertEquals(2, publish(client, second));
      assertRefused(client, first, FlightStatusCode.INVALID_ARGUMENT, "publish version 3 next");
    } finally {
      engine.process().destroyForcibly().waitFor();
    }

    final EngineProcess.Running again =
        EngineProcess.serve(FLAGS, List.of("--resume", run.toString()), folder.resolve("location"));
    try (BridgeClient client = BridgeClient.connect(again.await().path("location").asText())) {
      assertEquals(2, status(client).path("policy_version").asInt(), "the newest weights");
      assertEquals(2, publish(client, second), "a trainer without an answer asks again");
      takeTheRest(client);
    } finally {
      again.process().destroy();
      assertTrue(again.process().waitFor(1, TimeUnit.MINUTES));
    }
    final JsonNode groups =
        new ObjectMapper().readTree(run.resolve("ledger.json").toFile()).path("groups");
    assertEquals(AHEAD, groups.path("dropped").path("stale").asInt(), groups.toString());
    assertEquals(GROUPS - AHEAD, groups.path("delivered").asInt(), groups.toString());
    assertEquals(GROUPS, groups.path("submitted").asInt(), groups.toString());
    assertEquals(GROUPS, groups.path("issued").asInt(), groups.toString());
    final String log = Files.readString(run.resolve("run.log"));
    assertEquals(3, log.split("kernels: ", -1).length, "two processes, a rate each: " + log);
  }

  private void refuseWhatDoesNotFit(final BridgeClient client) throws IOException {
    final FlightStatusCode invalid = FlightStatusCode.INVALID_ARGUMENT;
    final String goesOn = "the current weights stay in use";
    assertRefused(client, weights(5, good(5)), invalid, "version 5", "publish version 1 next");
    assertRefused(client, weights(1, ofAnotherShape()), invalid, "k_proj", "shape", goesOn);
    assertRefused(
        client, weights(1, "no tensors".getBytes(StandardCharsets.UTF_8)), invalid, goesOn);
    final Weights damaged = weights(1, good(9));
    final Path file = damaged.folder().resolve("model.safetensors");
    Files.write(file, good(8));
    assertRefused(client, damaged, invalid, "is damaged or not written in full", goesOn);
    Files.delete(file);
    assertRefused(client, damaged, FlightStatusCode.NOT_FOUND, "has no model.safetensors");
    final Weights nowhere = new Weights(folder.resolve("v1-nowhere"), 1, damaged.sha256());
    assertRefused(client, nowhere, FlightStatusCode.NOT_FOUND, "there is no folder", "v1-nowhere");
  }

  /** Takes what the resumed engine may still deliver; none of it lies too far behind. */
  private static void takeTheRest(final BridgeClient client) {
    int taken = 0;
    while (taken < GROUPS - AHEAD) {
      try (GroupFeed feed = client.groups(SegmentForm.TREE_PACKED, 2, true)) {
        while (feed.next()) {
          for (final PackedGroup group : feed.groups()) {
            assertTrue(oldest(group) >= 2 - STALENESS, "stale: oldest=" + oldest(group));
            taken++;
            client.acknowledge(List.of(group.nodes().getFirst().group()));
          }
        }
      }
      status(client);
    }
  }

  private static int oldest(final PackedGroup group) {
    int oldest = Integer.MAX_VALUE;
    for (final NodeRow node : group.nodes()) {
      for (final VersionRun run : node.columns().versionRuns()) {
        if (run.version() != VersionRun.NOT_SAMPLED) {
          oldest = Math.min(oldest, run.version());
        }
      }
    }
    return oldest;
  }
}
