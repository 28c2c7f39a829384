package dev.coppice.bridge.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.outbox.Offer;
import dev.coppice.bridge.outbox.OutboxStream;
import dev.coppice.bridge.segment.SegmentForm;
import dev.coppice.bridge.segment.SegmentSeal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Acknowledges groups of an earlier stream while a new one sends them again, as a trainer does that
 * had its groups when the engine was killed: the segment stays until nobody reads it.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class AcknowledgedWhileReadTest {
  private static final long SEED = 211;
  private static final int ROUNDS = 100;

  @TempDir private Path folder;

  private static BridgeService service(final ServedGroups served) {
    return new BridgeService(served.parts(), 1 << 20, () -> 0);
  }

  private boolean isThere(final SegmentSeal seal) {
    return seal.files().stream()
        .allMatch(file -> Files.exists(folder.resolve("trajectories").resolve(file.file())));
  }

  @Test
  void shouldKeepFilesUntilTheLastStreamHasReadThem() throws Exception {
    try (ServedGroups served = new ServedGroups(folder);
        OutboxStream stream = served.outbox.stream(OutboxStream.Taker.unnamed(true))) {
      final BridgeService service = service(served);
      final SegmentSeal seal = served.seal(2);
      final Offer offer = stream.take(9, 0);
      assertEquals(List.of(0L, 1L), service.enter(offer));
      assertEquals(List.of(0L, 1L), service.enter(offer));

      served.outbox.acknowledge(List.of(0L, 1L));
      service.cleanUp();
      assertTrue(isThere(seal));
      service.verify(seal);
      service.leave(offer);
      assertTrue(isThere(seal));
      service.leave(offer);
      assertFalse(isThere(seal));
    }
  }

  @Test
  void shouldNotSendAgainWhatEndedBetweenOfferAndReading() throws Exception {
    try (ServedGroups served = new ServedGroups(folder);
        OutboxStream stream = served.outbox.stream(OutboxStream.Taker.unnamed(true))) {
      final BridgeService service = service(served);
      served.seal(3);
      final Offer offer = stream.take(9, 0);
      served.outbox.acknowledge(List.of(1L));
      service.cleanUp();

      assertEquals(List.of(0L, 2L), service.enter(offer));
      service.leave(offer);
      served.outbox.acknowledge(List.of(0L, 2L));
      service.cleanUp();
      assertEquals(List.of(), service.enter(offer));
      service.leave(offer);
    }
  }

  @Test
  void shouldNeverFailAStreamForAnAcknowledgement() throws Exception {
    final Random random = new Random(SEED);
    try (ServedGroups served = new ServedGroups(folder);
        BridgeServer server = BridgeServer.start(ServedGroups.open(), served.parts());
        BridgeClient reading = BridgeClient.connect(server.location());
        BridgeClient training = BridgeClient.connect(server.location())) {
      for (int round = 0; round < ROUNDS; round++) {
        final String where = "round=" + round + " seed=" + SEED;
        final List<Long> had = taken(served, 1 + random.nextInt(3));
        final AtomicReference<RuntimeException> failure = new AtomicReference<>();
        final Thread reader = new Thread(() -> failure.set(read(reading, had.size())));
        reader.start();
        LockSupport.parkNanos(random.nextInt(4_000_000));
        training.acknowledge(had);
        served.seal(3); // Fills the stream up, so that it ends.
        reader.join();
        assertEquals(null, failure.get(), where);
        assertEquals(Map.of(), served.outbox.counts().quarantined(), where);
        training.acknowledge(new ArrayList<>(served.groups.keySet()));
      }
    }
  }

  /** Seals groups and has a stream take them that ends at once. */
  private static List<Long> taken(final ServedGroups served, final int count) throws Exception {
    served.seal(count);
    try (OutboxStream stream = served.outbox.stream(OutboxStream.Taker.unnamed(true))) {
      return stream.take(9, 0).groups();
    }
  }

  private static RuntimeException read(final BridgeClient client, final int count) {
    try (GroupFeed feed = client.groups(SegmentForm.TREE_PACKED, count, true)) {
      while (feed.next()) {
        continue;
      }
      return null;
    } catch (final RuntimeException e) {
      return e;
    }
  }
}
