package dev.coppice.bridge.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.fixture.Headers;
import dev.coppice.bridge.fixture.RandomTrees;
import dev.coppice.bridge.outbox.Outbox;
import dev.coppice.bridge.outbox.OutboxLimits;
import dev.coppice.bridge.outbox.SealedGroup;
import dev.coppice.bridge.segment.ArrowSegmentWriter;
import dev.coppice.bridge.segment.SegmentForm;
import dev.coppice.bridge.segment.SegmentSource;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.WireHeader;
import dev.coppice.trajectory.TrajectoryGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class StreamLimitsTest {
  private static final long SEED = 47;
  private static final int GROUPS = 24;
  private static final int MESSAGE_BYTES = 16 * 1024;
  private static final OutboxLimits LIMITS = new OutboxLimits(1000, 0);
  private static final WireHeader HEADER = Headers.of("scripted", "tree-grpo");

  @TempDir private Path folder;
  private Outbox outbox;
  private ArrowSegmentWriter writer;
  private BridgeServer server;
  private BridgeClient client;

  @BeforeEach
  void start() throws InterruptedException {
    outbox = Outbox.open(folder.resolve("bridge.log"), LIMITS);
    final Path segments = folder.resolve("trajectories");
    writer = new ArrowSegmentWriter(segments, HEADER, SegmentForm.TREE_PACKED);
    server =
        BridgeServer.start(
            new BridgeSettings("127.0.0.1", 0, MESSAGE_BYTES, 2, BridgeSettings.Access.OPEN),
            new BridgeServer.Parts(
                outbox, LIMITS, new ScriptedSource(), new SegmentSource(segments, HEADER)));
    client = BridgeClient.connect(server.location());
    seal();
  }

  private void seal() throws InterruptedException {
    client.submit("all", GROUPS);
    final RandomTrees trees = new RandomTrees(SEED);
    final List<CreditedGroup> groups = new ArrayList<>();
    final List<SealedGroup> notes = new ArrayList<>();
    for (long number = 0; number < GROUPS; number++) {
      outbox.issue(0);
      final TrajectoryGroup group = trees.group(number);
      groups.add(new CreditedGroup(group, group.trees().stream().map(trees::credit).toList()));
      notes.add(new SealedGroup(number, 0));
    }
    outbox.seal(writer.writeTogether(groups), notes);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    writer.close();
    outbox.close();
    assertEquals(0, server.allocatedBytes());
  }

  @Test
  void shouldCutAFlatStreamIntoMessagesOfWholeGroupsWithinTheLimit() {
    int messages = 0;
    final List<Long> numbers = new ArrayList<>();
    try (GroupFeed feed = client.groups(SegmentForm.FLAT, GROUPS, true)) {
      while (feed.next()) {
        messages++;
        numbers.addAll(feed.groupNumbers());
      }
    }

    assertTrue(messages > 1, "one message would be larger than the limit: messages=" + messages);
    assertEquals(LongStream.range(0, GROUPS).boxed().toList(), numbers, "seed=" + SEED);
  }

  @Test
  void shouldRefuseARequestLargerThanTheLimitAndGoOn() {
    final List<Long> many = LongStream.range(0, MESSAGE_BYTES).boxed().toList();

    final FlightRuntimeException refused =
        assertThrows(FlightRuntimeException.class, () -> client.acknowledge(many));

    assertEquals(FlightStatusCode.RESOURCE_EXHAUSTED, refused.status().code());
    assertTrue(client.status().contains("\"acknowledged\":0"), client.status());
  }
}
