package dev.coppice.bridge.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.disk.SealedBytes;
import dev.coppice.bridge.segment.SegmentSeal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OutboxMemoryTest {
  private static final int GROUPS = 50_000;
  private static final int BYTES_OF_A_SNAPSHOT = 1_000;
  private static final long SEED = 9;

  @Test
  void shouldHoldNothingOfGroupsThatHaveEndedInWhateverOrder() {
    final OutboxState state = new OutboxState();
    final Random random = new Random(SEED);
    final List<Long> ids = new ArrayList<>();
    final List<SealedGroup> sealed = new ArrayList<>();
    for (long id = 0; id < GROUPS; id++) {
      ids.add(id);
      sealed.add(new SealedGroup(id, 0));
    }
    final SegmentSeal.SealedFile file =
        new SegmentSeal.SealedFile("seg-000001", new SealedBytes(1, "0".repeat(64)));
    state.apply(new OutboxRecord.Submitted("r", 0, Collections.nCopies(GROUPS, 0), 0));
    state.apply(new OutboxRecord.Issued(ids));
    state.apply(
        new OutboxRecord.Sealed(new SegmentSeal("seg-000001", GROUPS, List.of(file)), sealed));
    Collections.shuffle(ids, random);

    for (final long id : ids) {
      state.apply(
          random.nextBoolean()
              ? new OutboxRecord.Acknowledged(List.of(id))
              : new OutboxRecord.Dropped("stale", List.of(id)));
    }

    final int bytes =
        state.compacted().stream().mapToInt(record -> RecordCodec.encode(record).length).sum();
    assertTrue(bytes < BYTES_OF_A_SNAPSHOT, "bytes=" + bytes + " seed=" + SEED);
    assertEquals(GROUPS, state.counts().consumed(), "seed=" + SEED);
    assertTrue(state.hasEnded(GROUPS - 1) && !state.hasEnded(GROUPS) && !state.hasEnded(-1));
  }
}
