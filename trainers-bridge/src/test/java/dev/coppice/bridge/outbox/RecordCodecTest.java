package dev.coppice.bridge.outbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.disk.SealedBytes;
import dev.coppice.bridge.journal.JournalFormatException;
import dev.coppice.bridge.segment.SegmentSeal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the bytes of {@code bridge.log} against the layout that is documented. */
class RecordCodecTest {
  @TempDir private Path folder;

  /** One record of each type with its type and its bytes, written by hand from the document. */
  private static Map<OutboxRecord, String> documented() {
    final SegmentSeal segment =
        new SegmentSeal(
            "s",
            1,
            List.of(new SegmentSeal.SealedFile("f", new SealedBytes(258, "ab".repeat(32)))));
    final Map<OutboxRecord, String> all = new LinkedHashMap<>();
    all.put(
        new OutboxRecord.Submitted("ü", 3, List.of(7), 9),
        "1 02000000c3bc 0300000000000000 0900000000000000 0100000007000000");
    all.put(new OutboxRecord.Issued(List.of(17L)), "2 01000000 1100000000000000");
    all.put(
        new OutboxRecord.Sealed(segment, List.of(new SealedGroup(17, 2))),
        "3 0100000073 01000000 0100000066 0201000000000000 40000000"
            + "6162".repeat(32)
            + " 01000000 1100000000000000 02000000");
    all.put(new OutboxRecord.Offered(List.of()), "4 00000000");
    all.put(
        new OutboxRecord.Acknowledged(List.of(1L, 2L)),
        "5 02000000 0100000000000000 0200000000000000");
    all.put(
        new OutboxRecord.Dropped("stale", List.of(4L)),
        "6 050000007374616c65 01000000 0400000000000000");
    all.put(new OutboxRecord.Quarantined("x", List.of()), "7 0100000078 00000000");
    all.put(
        new OutboxRecord.Published(new PublishedWeights(5, "w", "cd")),
        "8 05000000 0100000077 020000006364");
    all.put(
        new OutboxRecord.Snapshot(
            8,
            6,
            4,
            2,
            new TreeMap<>(Map.of("stale", 1L)),
            new TreeMap<>(),
            List.of(new OutboxRecord.Open(7, 3, true))),
        "9 0800000000000000 0600000000000000 04000000 0200000000000000"
            + " 01000000 050000007374616c65 0100000000000000 00000000"
            + " 01000000 0700000000000000 03000000 01");
    all.put(new OutboxRecord.Remembered("r", 3, 2), "10 0100000072 0300000000000000 02000000");
    return all;
  }

  private static byte[] bytes(final String documented) {
    return HexFormat.of().parseHex(documented.substring(documented.indexOf(' ')).replace(" ", ""));
  }

  private static int type(final String documented) {
    return Integer.parseInt(documented.substring(0, documented.indexOf(' ')));
  }

  @Test
  void shouldWriteAndReadEveryRecordAsItIsDocumented() {
    documented()
        .forEach(
            (record, text) -> {
              assertEquals(type(text), RecordCodec.type(record), text);
              assertArrayEquals(bytes(text), RecordCodec.encode(record), text);
              assertEquals(record, RecordCodec.decode(type(text), bytes(text)));
            });
    assertEquals(OutboxRecord.class.getPermittedSubclasses().length, documented().size());
  }

  @Test
  void shouldRefuseRecordsThatAreTooShortOrTooLongAndTypesItDoesNotKnow() {
    documented()
        .forEach(
            (record, text) -> {
              final byte[] whole = bytes(text);
              for (int size = 0; size < whole.length; size++) {
                final byte[] cut = Arrays.copyOf(whole, size);
                assertThrows(
                    IllegalStateException.class,
                    () -> RecordCodec.decode(type(text), cut),
                    text + " size=" + cut.length);
              }
              final byte[] longer = Arrays.copyOf(whole, whole.length + 1);
              assertThrows(
                  IllegalStateException.class, () -> RecordCodec.decode(type(text), longer));
            });
    final String unknown =
        assertThrows(IllegalStateException.class, () -> RecordCodec.decode(11, new byte[0]))
            .getMessage();
    assertTrue(unknown.contains("type=11"), unknown);
  }

  @Test
  void shouldTakeTextsLongerThanItsFirstBuffer() {
    final OutboxRecord record = new OutboxRecord.Remembered("long".repeat(1_000), 1, 1);

    assertEquals(record, RecordCodec.decode(10, RecordCodec.encode(record)));
  }

  @Test
  void shouldRefuseAnOutboxOfVersionOneAndLeaveItAlone() throws IOException {
    // A header of 16 bytes, and one frame: type 2 with the group 17, numbers big-endian.
    final byte[] old =
        HexFormat.of()
            .parseHex(
                "434f50504a524e4c01000000cdea3309"
                    + "0c00000002000000100000000000000079276b3d2ce9ec68"
                    + "00000001000000000000001100000000");
    final Path path = Files.write(folder.resolve("bridge.log"), old);

    final String message =
        assertThrows(JournalFormatException.class, () -> Outbox.open(path, new OutboxLimits(4, 1)))
            .getMessage();

    assertTrue(message.contains("format version 1; this build reads version 2"), message);
    assertTrue(message.contains("go on with the build that wrote it"), message);
    assertArrayEquals(old, Files.readAllBytes(path));
  }
}
