package dev.coppice.bridge.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.disk.DurableFile;
import dev.coppice.bridge.fixture.Headers;
import dev.coppice.bridge.fixture.RandomTrees;
import dev.coppice.bridge.outbox.Outbox;
import dev.coppice.bridge.outbox.OutboxLimits;
import dev.coppice.bridge.outbox.SealedGroup;
import dev.coppice.bridge.segment.ArrowSegmentReader;
import dev.coppice.bridge.segment.ArrowSegmentWriter;
import dev.coppice.bridge.segment.SegmentForm;
import dev.coppice.bridge.segment.SegmentSeal;
import dev.coppice.bridge.segment.SegmentSource;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.FlatRow;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.TreeExpander;
import dev.coppice.bridge.wire.TreePacker;
import dev.coppice.bridge.wire.WireHeader;
import dev.coppice.trajectory.TrajectoryGroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 300, unit = TimeUnit.SECONDS)
class BridgeServerTest {
  private static final long SEED = 31;
  private static final int MAX_STREAMS = 3;
  private static final OutboxLimits LIMITS = new OutboxLimits(1000, 0);
  private static final WireHeader HEADER = Headers.of("scripted", "tree-grpo");

  @TempDir private Path folder;
  private final ScriptedSource source = new ScriptedSource();
  private final Map<Long, CreditedGroup> groups = new HashMap<>();
  private Outbox outbox;
  private ArrowSegmentWriter writer;
  private BridgeServer server;
  private BridgeClient client;

  @BeforeEach
  void start() {
    outbox = Outbox.open(folder.resolve("bridge.log"), LIMITS);
    final Path segments = folder.resolve("trajectories");
    writer = new ArrowSegmentWriter(segments, HEADER, SegmentForm.TREE_PACKED);
    final BridgeServer.Parts parts =
        new BridgeServer.Parts(outbox, LIMITS, source, new SegmentSource(segments, HEADER));
    server = BridgeServer.start(settings("", ""), parts);
    client = BridgeClient.connect(server.location());
  }

  private static BridgeSettings settings(final String certificate, final String token) {
    return new BridgeSettings(
        "127.0.0.1",
        0,
        1 << 20,
        MAX_STREAMS,
        new BridgeSettings.Access(certificate, certificate, token));
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    writer.close();
    outbox.close();
    assertEquals(0, server.allocatedBytes());
  }

  /** Seals groups of random trees in segments of some. */
  private SegmentSeal seal(final int count) throws InterruptedException {
    final RandomTrees trees = new RandomTrees(SEED + groups.size());
    final List<CreditedGroup> sealed = new ArrayList<>();
    final List<SealedGroup> notes = new ArrayList<>();
    final long first = client.submit("seal-" + groups.size(), count).getFirst();
    for (long number = first; number < first + count; number++) {
      outbox.issue(0);
      final TrajectoryGroup group = trees.group(number);
      final CreditedGroup credited =
          new CreditedGroup(group, group.trees().stream().map(trees::credit).toList());
      groups.put(number, credited);
      sealed.add(credited);
      notes.add(new SealedGroup(number, 0));
    }
    final SegmentSeal seal = writer.writeTogether(sealed);
    outbox.seal(seal, notes);
    return seal;
  }

  private List<PackedGroup> take(final long count) {
    final List<PackedGroup> taken = new ArrayList<>();
    try (GroupFeed feed = client.groups(SegmentForm.TREE_PACKED, count, true)) {
      while (feed.next()) {
        taken.addAll(feed.groups());
      }
    }
    return taken;
  }

  private static long number(final PackedGroup group) {
    return group.nodes().getFirst().group();
  }

  @Test
  void shouldSendWhatWasSealedTokenForToken() throws Exception {
    seal(5);
    seal(3);

    final List<PackedGroup> taken = take(8);

    assertEquals(8, taken.size());
    for (final PackedGroup group : taken) {
      final PackedGroup wanted = TreePacker.pack(groups.get(number(group)));
      assertEquals(wanted.leaves(), group.leaves(), "seed=" + SEED);
      for (int i = 0; i < wanted.nodes().size(); i++) {
        assertTrue(
            Arrays.equals(
                    wanted.nodes().get(i).columns().tokens(),
                    group.nodes().get(i).columns().tokens())
                && Arrays.equals(
                    wanted.nodes().get(i).columns().logprobs(),
                    group.nodes().get(i).columns().logprobs())
                && Arrays.equals(
                    wanted.nodes().get(i).columns().advantages(),
                    group.nodes().get(i).columns().advantages()),
            "seed=" + SEED + " node=" + i);
      }
    }
  }

  @Test
  void shouldOfferAgainWhatWasNotAcknowledgedAndNothingElse() throws Exception {
    seal(6);
    assertEquals(6, take(6).size());

    assertEquals(2, client.acknowledge(List.of(0L, 3L)));
    final List<PackedGroup> again = take(4);

    assertEquals(List.of(1L, 2L, 4L, 5L), again.stream().map(BridgeServerTest::number).toList());
    assertEquals(
        TreePacker.pack(groups.get(4L)).leaves(),
        again.get(2).leaves(),
        "a part of a segment is the same: seed=" + SEED);
    assertEquals(0, client.acknowledge(List.of(0L, 3L, 77L)));
  }

  @Test
  void shouldSendFlatPathsThatEqualTheTree() throws Exception {
    seal(4);
    int rows = 0;
    int leaves = 0;
    try (GroupFeed feed = client.groups(SegmentForm.FLAT, 4, true)) {
      while (feed.next()) {
        rows += feed.rows();
      }
    }
    for (final CreditedGroup group : groups.values()) {
      leaves += group.group().leafCount();
    }
    assertEquals(leaves, rows);
  }

  @Test
  void shouldSendARowForEveryDrawWhereTheTicketAsksForThem() throws Exception {
    seal(4);
    int rows = 0;
    int draws = 0;
    int leaves = 0;
    try (GroupFeed feed = client.groups(SegmentForm.FLAT_DRAWS, 4, true)) {
      while (feed.next()) {
        rows += feed.rows();
      }
    }
    for (final CreditedGroup group : groups.values()) {
      draws += group.group().drawCount();
      leaves += group.group().leafCount();
    }
    assertEquals(draws, rows);
    assertTrue(draws > leaves, "seed=" + SEED + " draws=" + draws);
  }

  @Test
  void shouldSendASegmentOfTheFormatBeforeInThisOne() throws Exception {
    final Path old = Path.of("python", "tests", "data", "v1");
    final Path segments = folder.resolve("trajectories");
    final List<SegmentSeal.SealedFile> files = new ArrayList<>();
    for (final String file : List.of("seg-000001.nodes.arrow", "seg-000001.leaves.arrow")) {
      Files.copy(old.resolve(file), segments.resolve(file));
      files.add(new SegmentSeal.SealedFile(file, DurableFile.digest(segments.resolve(file))));
    }
    client.submit("old", 2);
    outbox.issue(0);
    outbox.issue(0);
    outbox.seal(
        new SegmentSeal("seg-000001", 2, files),
        List.of(new SealedGroup(0, 0), new SealedGroup(1, 0)));

    final List<PackedGroup> taken = take(2);

    final List<PackedGroup> stored = new ArrowSegmentReader(old).packed("seg-000001");
    assertEquals(stored.size(), taken.size());
    for (int i = 0; i < stored.size(); i++) {
      final List<FlatRow> expected = TreeExpander.expand(stored.get(i));
      final List<FlatRow> found = TreeExpander.expand(taken.get(i));
      assertEquals(expected.size(), found.size());
      for (int row = 0; row < expected.size(); row++) {
        assertTrue(expected.get(row).isSameAs(found.get(row)), "group=" + i + " row=" + row);
      }
    }
  }

  @Test
  void shouldDeleteSegmentsThatAreDoneAndKeepOthers() throws Exception {
    final SegmentSeal done = seal(2);
    final SegmentSeal open = seal(2);
    take(4);

    client.acknowledge(List.of(0L, 1L, 2L));

    assertFalse(
        Files.exists(folder.resolve("trajectories").resolve(done.files().getFirst().file())));
    assertTrue(
        Files.exists(folder.resolve("trajectories").resolve(open.files().getFirst().file())));
  }

  @Test
  void shouldQuarantineADamagedSegmentAndDeliverTheRest() throws Exception {
    final SegmentSeal bad = seal(2);
    seal(2);
    final Path file = folder.resolve("trajectories").resolve(bad.files().getFirst().file());
    final byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);

    final List<PackedGroup> taken = take(2);

    assertEquals(List.of(2L, 3L), taken.stream().map(BridgeServerTest::number).toList());
    assertTrue(client.status().contains("\"quarantined\":{\"corrupt\":2}"), client.status());
    assertTrue(source.notes.toString().contains("differs from its seal"), source.notes.toString());
    assertTrue(Files.exists(folder.resolve("quarantine").resolve(file.getFileName())));
  }

  @Test
  void shouldRefuseMoreStreamsThanAllowedUntilOneEnds() throws Exception {
    final List<GroupFeed> feeds = new ArrayList<>();
    for (int i = 0; i < MAX_STREAMS; i++) {
      feeds.add(client.groups(SegmentForm.TREE_PACKED, 0, true));
      feeds.getLast().awaitOpen();
    }
    final FlightRuntimeException refused;
    try (GroupFeed oneMore = client.groups(SegmentForm.TREE_PACKED, 1, false)) {
      refused = assertThrows(FlightRuntimeException.class, oneMore::next);
    }
    feeds.forEach(GroupFeed::close);
    seal(1);

    assertEquals(FlightStatusCode.RESOURCE_EXHAUSTED, refused.status().code());
    assertTrue(refused.getMessage().contains("bridge.max-streams"), refused.getMessage());
    assertEquals(1, takeOnceRoomIsThere().size());
  }

  /** A closed stream is let go of by the service a moment later. */
  private Set<Long> takeOnceRoomIsThere() {
    for (int attempt = 1; ; attempt++) {
      try (GroupFeed feed = client.groups(SegmentForm.TREE_PACKED, 1, true)) {
        assertTrue(feed.next());
        return feed.groupNumbers();
      } catch (final FlightRuntimeException e) {
        assertTrue(attempt < 1_000, e.getMessage());
      }
    }
  }

  @Test
  void shouldLeakNothingWhenManyCallsAreCancelled() throws Exception {
    cancel(500);
  }

  @Test
  @Tag("slow")
  void shouldLeakNothingWhen10000CallsAreCancelled() throws Exception {
    cancel(10_000);
  }

  private void cancel(final int calls) throws Exception {
    seal(8);
    int refused = 0;
    for (int call = 0; call < calls; call++) {
      try (GroupFeed feed = client.groups(SegmentForm.TREE_PACKED, 0, true)) {
        if (call % 3 == 0) {
          feed.next();
        }
      } catch (final FlightRuntimeException e) {
        refused++; // The last ones may still be ending.
      }
    }
    final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (server.allocatedBytes() > 0 && System.nanoTime() - deadlineNs < 0) {
      Thread.onSpinWait();
    }
    assertEquals(0, server.allocatedBytes(), "refused=" + refused);
    assertEquals(8, take(8).size());
  }

  @Test
  void shouldAnswerWithAStatusThatNamesTheMend() {
    final FlightRuntimeException task =
        assertThrows(FlightRuntimeException.class, () -> client.submit("a", List.of(5)));
    assertEquals(FlightStatusCode.INVALID_ARGUMENT, task.status().code());
    assertTrue(task.getMessage().contains("tasks 0 to 4"), task.getMessage());
    final FlightRuntimeException version =
        assertThrows(FlightRuntimeException.class, () -> client.publish(folder, 7, "0".repeat(64)));
    assertTrue(version.getMessage().contains("publish version 1 next"), version.getMessage());
  }

  @Test
  void shouldGiveTheSameGroupsForTheSameRequest() {
    final List<Long> first = client.submit("a", 3);
    assertEquals(first, client.submit("a", 3));
    assertEquals(List.of(3L, 4L), client.submit("b", List.of(4, 4)));
  }

  @Test
  void shouldRefuseAnOpenDoor() {
    final IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new BridgeSettings(
                    "0.0.0.0", 0, 1024, 1, new BridgeSettings.Access("", "", "secret")));
    assertTrue(refused.getMessage().contains("bridge.tls-certificate"), refused.getMessage());
  }

  @Test
  void shouldTakeNoCallWithoutTheToken() {
    final BridgeServer.Parts parts =
        new BridgeServer.Parts(
            outbox, LIMITS, source, new SegmentSource(folder.resolve("trajectories"), HEADER));
    try (BridgeServer guarded = BridgeServer.start(settings("", "secret"), parts);
        BridgeClient stranger = BridgeClient.connect(guarded.location())) {
      final FlightRuntimeException refused =
          assertThrows(FlightRuntimeException.class, stranger::status);
      assertEquals(FlightStatusCode.UNAUTHENTICATED, refused.status().code());
    }
  }

  @Test
  void shouldLeaveGroupsOnTheDiskWhileATrainerDoesNotRead() throws Exception {
    for (int i = 0; i < 40; i++) {
      seal(10);
    }
    try (GroupFeed feed = client.groups(SegmentForm.TREE_PACKED, 0, true)) {
      assertTrue(feed.next());
      assertTrue(server.allocatedBytes() < 80L * 1024 * 1024, "held=" + server.allocatedBytes());
    }
  }

  @Test
  void shouldPauseResumeAndStop() {
    client.pause();
    assertTrue(client.status().contains("\"paused\":true"));
    client.resume();
    assertTrue(client.status().contains("\"paused\":false"));
    client.shutdown();
    assertTrue(source.stopped);
  }
}
