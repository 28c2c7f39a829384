package dev.coppice.bridge.fate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.fate.GroupFate.Stage;
import dev.coppice.bridge.outbox.Outbox;
import dev.coppice.bridge.outbox.OutboxLimits;
import dev.coppice.bridge.outbox.PublishedWeights;
import dev.coppice.bridge.outbox.SealedGroup;
import dev.coppice.bridge.segment.SegmentSeal;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupFatesTest {
  @TempDir private Path folder;

  @Test
  void shouldFollowGroupsWhileAnEngineWrites() throws InterruptedException {
    final Path journal = folder.resolve("bridge.log");
    try (GroupFates fates = new GroupFates(journal)) {
      assertFalse(fates.poll(), "nothing is there yet");
      try (Outbox outbox = Outbox.open(journal, new OutboxLimits(4, 4))) {
        outbox.submit("one", List.of(7, 8, 9, 10));
        for (int i = 0; i < 4; i++) {
          outbox.issue(1_000_000_000L);
        }
        outbox.drop(List.of(1L), "unscored");
        outbox.seal(
            new SegmentSeal("seg-000001", 2, List.of()),
            List.of(new SealedGroup(0, 3), new SealedGroup(2, 3)));
        outbox.acknowledge(List.of(2L));
        outbox.quarantine(List.of(3L), "too-large");
        outbox.publish(new PublishedWeights(5, "weights", "00"));

        assertTrue(fates.poll());
        assertEquals(new GroupFate(Stage.SEALED, "", 7), fates.fates().get(0L));
        assertEquals(new GroupFate(Stage.DROPPED, "unscored", 8), fates.fates().get(1L));
        assertEquals(new GroupFate(Stage.DELIVERED, "", 9), fates.fates().get(2L));
        assertEquals(new GroupFate(Stage.QUARANTINED, "too-large", 10), fates.fates().get(3L));
        assertEquals(List.of(5), fates.published());

        assertFalse(fates.poll(), "nothing was added since");
        outbox.submit("two", List.of(11));
        assertTrue(fates.poll());
        assertEquals(Stage.QUEUED, fates.fates().get(4L).stage());
      }
    }
  }
}
