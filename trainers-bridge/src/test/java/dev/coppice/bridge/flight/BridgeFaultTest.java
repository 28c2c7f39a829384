package dev.coppice.bridge.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.fixture.CutCable;
import dev.coppice.bridge.fixture.FaultyDisk;
import dev.coppice.bridge.outbox.PublishedWeights;
import dev.coppice.bridge.segment.SegmentForm;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Trainers that vanish, come late or twice, and a disk without room, over a real connection. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BridgeFaultTest {
  private static final BridgeServer.KeepAlive QUICK = new BridgeServer.KeepAlive(300, 300);

  @TempDir private Path folder;

  private static List<Long> take(final BridgeClient client, final int count) {
    final List<Long> numbers = new ArrayList<>();
    try (GroupFeed feed = client.groups(SegmentForm.TREE_PACKED, count, true)) {
      while (feed.next()) {
        numbers.addAll(feed.groupNumbers());
      }
    }
    Collections.sort(numbers);
    return numbers;
  }

  @Test
  void shouldGiveTheGroupsOfAVanishedTrainerToTheNextOneOnce() throws Exception {
    try (ServedGroups served = new ServedGroups(folder)) {
      served.seal(4);
      served.seal(4);
      try (BridgeServer server = BridgeServer.start(ServedGroups.open(), served.parts(), QUICK);
          CutCable cable = new CutCable(URI.create(server.location()).getPort());
          BridgeClient next = BridgeClient.connect(server.location())) {
        final BridgeClient vanishing = BridgeClient.connect("grpc://127.0.0.1:" + cable.port());
        final GroupFeed held = vanishing.groups(SegmentForm.TREE_PACKED, 0, true);
        assertTrue(held.next() && held.next());
        assertEquals(2, vanishing.acknowledge(List.of(1L, 6L)));

        cable.cut();
        // No end of the connection is told; only the keep-alive can find out.
        final List<Long> taken = take(next, 6);

        assertEquals(List.of(0L, 2L, 3L, 4L, 5L, 7L), taken);
        assertEquals(6, next.acknowledge(taken));
        cable.tellEnds();
        held.close();
        vanishing.close();
        assertEquals(8, served.outbox.counts().acknowledged());
      }
    }
  }

  @Test
  void shouldTakeALateAcknowledgementOnceWhoeverSendsIt() throws Exception {
    try (ServedGroups served = new ServedGroups(folder)) {
      served.seal(3);
      try (BridgeServer server = BridgeServer.start(ServedGroups.open(), served.parts());
          BridgeClient slow = BridgeClient.connect(server.location());
          BridgeClient quick = BridgeClient.connect(server.location())) {
        assertEquals(List.of(0L, 1L, 2L), take(slow, 3));
        assertEquals(List.of(0L, 1L, 2L), take(quick, 3));
        assertEquals(2, quick.acknowledge(List.of(0L, 1L)));

        assertEquals(1, slow.acknowledge(List.of(0L, 1L, 2L)), "only the last was new");
        assertEquals(0, quick.acknowledge(List.of(2L)), "the late one had it");
        assertEquals(0, quick.acknowledge(List.of(0L, 0L, 1L, 99L)));
        assertEquals(3, served.outbox.counts().acknowledged());
        assertEquals(0, served.outbox.counts().offered());
      }
    }
  }

  @Test
  void shouldNotCountALateAcknowledgementOfAGroupThatWentStale() throws Exception {
    try (ServedGroups served = new ServedGroups(folder)) {
      served.seal(2);
      try (BridgeServer server = BridgeServer.start(ServedGroups.open(), served.parts());
          BridgeClient client = BridgeClient.connect(server.location())) {
        assertEquals(List.of(0L, 1L), take(client, 2));
        served.outbox.publish(new PublishedWeights(2, "v2", "0".repeat(64)));
        served.seal(1); // Of version 0 as well, so it is dropped when it would be offered.
        try (GroupFeed none = client.groups(SegmentForm.TREE_PACKED, 0, true)) {
          none.awaitOpen();
          while (served.outbox.counts().dropped().getOrDefault("stale", 0L) < 3) {
            Thread.onSpinWait();
          }
        }

        assertEquals(0, client.acknowledge(List.of(0L, 1L, 2L)));

        assertEquals(0, served.outbox.counts().acknowledged());
        assertTrue(client.status().contains("\"dropped\":{\"stale\":3}"), client.status());
      }
    }
  }

  @Test
  void shouldAnswerThatTheDiskIsFullAndForgetNothing() throws Exception {
    final FaultyDisk disk = new FaultyDisk(Long.MAX_VALUE);
    try (ServedGroups served = new ServedGroups(disk, folder)) {
      served.seal(2);
      try (BridgeServer server = BridgeServer.start(ServedGroups.open(), served.parts());
          BridgeClient client = BridgeClient.connect(server.location())) {
        final List<Long> taken = take(client, 2);
        disk.setSpaceBytes(0);

        final FlightRuntimeException submit =
            assertThrows(FlightRuntimeException.class, () -> client.submit("more", 4));
        final FlightRuntimeException ack =
            assertThrows(FlightRuntimeException.class, () -> client.acknowledge(taken));
        disk.setSpaceBytes(Long.MAX_VALUE);

        for (final FlightRuntimeException refused : List.of(submit, ack)) {
          assertEquals(FlightStatusCode.RESOURCE_EXHAUSTED, refused.status().code());
          assertTrue(refused.getMessage().contains("disk is full"), refused.getMessage());
          assertTrue(refused.getMessage().contains("bridge.log"), refused.getMessage());
          assertTrue(refused.getMessage().contains("free some space"), refused.getMessage());
        }
        assertEquals(List.of(2L, 3L, 4L, 5L), client.submit("more", 4));
        client.acknowledge(taken);
        assertEquals(2, served.outbox.counts().acknowledged());
        assertEquals(6, served.outbox.counts().submitted());
      }
    }
    try (ServedGroups again = new ServedGroups(folder)) {
      assertEquals(2, again.outbox.counts().acknowledged());
      assertEquals(4, again.outbox.counts().queued());
    }
  }
}
