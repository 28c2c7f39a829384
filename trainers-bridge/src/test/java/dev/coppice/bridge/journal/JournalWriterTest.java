package dev.coppice.bridge.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.disk.Disk;
import dev.coppice.bridge.disk.DiskFullException;
import dev.coppice.bridge.disk.PoisonedFileException;
import dev.coppice.bridge.fixture.FaultyDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalWriterTest {
  private static final UnsafeBuffer PAYLOAD = new UnsafeBuffer(new byte[100]);

  @TempDir private Path folder;
  private Path path;

  @BeforeEach
  void nameTheFile() {
    path = folder.resolve("journal.log");
  }

  @Test
  void shouldReadBackWhatSeveralSessionsWrote() {
    final List<String> written = new ArrayList<>();
    for (int session = 0; session < 5; session++) {
      try (JournalWriter writer = JournalWriter.open(Disk.LOCAL, path, 64)) {
        assertFalse(writer.recovered().isTorn());
        written.addAll(JournalFixture.fill(writer, session, 50));
      }
    }

    assertEquals(written, JournalFixture.read(path));
  }

  @Test
  void shouldGiveEachFrameThePlaceItWasAppendedAt() {
    final List<Long> places = new ArrayList<>();
    try (JournalWriter writer = JournalWriter.open(path)) {
      for (int i = 0; i < 10; i++) {
        places.add(writer.position());
        writer.append(1, PAYLOAD, 0, i);
      }
    }

    try (JournalReader reader = new JournalReader(path)) {
      for (final long place : places) {
        assertTrue(reader.next());
        assertEquals(place, reader.position());
      }
      assertFalse(reader.next());
    }
  }

  @Test
  void shouldWriteOncePerFlushHoweverManyFramesWereAppended() {
    final FaultyDisk disk = new FaultyDisk(Long.MAX_VALUE);
    try (JournalWriter writer = JournalWriter.open(disk, path, 1 << 20)) {
      final int before = disk.writes();
      JournalFixture.fill(writer, 1, 9);
      assertEquals(before, disk.writes());

      writer.flush();
      writer.flush();

      assertEquals(before + 1, disk.writes());
    }
  }

  @Test
  void shouldFollowAFileThatIsStillWritten() {
    try (JournalWriter writer = JournalWriter.open(path);
        JournalReader reader = new JournalReader(path)) {
      assertFalse(reader.next());
      for (int i = 1; i < 20; i++) {
        writer.append(i, PAYLOAD, 0, i);
        assertFalse(reader.next());
        writer.flush();
        assertTrue(reader.next());
        assertEquals(i, reader.type());
      }
    }
  }

  @Test
  void shouldTakeAPayloadLargerThanItsBuffer() {
    final UnsafeBuffer large = new UnsafeBuffer(new byte[1_000_000]);
    large.setMemory(0, large.capacity(), (byte) 7);
    try (JournalWriter writer = JournalWriter.open(Disk.LOCAL, path, 64)) {
      writer.append(1, PAYLOAD, 0, 1);
      writer.append(2, large, 0, large.capacity());
      writer.append(3, PAYLOAD, 0, 1);
    }

    try (JournalReader reader = new JournalReader(path)) {
      assertTrue(reader.next() && reader.next());
      assertEquals(large, reader.payload());
      assertTrue(reader.next());
      assertEquals(3, reader.type());
    }
  }

  @Test
  void shouldKeepWholeFramesWhenTheDiskIsFullAtAnyByteAndGoOnWhenThereIsSpace() {
    for (int space = 0; space < 700; space++) {
      final Path file = folder.resolve("full-" + space);
      final FaultyDisk disk = new FaultyDisk(Long.MAX_VALUE);
      try (JournalWriter writer = JournalWriter.open(disk, file, 4096)) {
        disk.setSpaceBytes(space);
        final List<String> written = JournalFixture.fill(writer, space, 9);
        final boolean fits = writer.position() - 16 <= space;
        if (!fits) {
          assertThrows(DiskFullException.class, writer::flush, "space=" + space);
          final List<String> kept = JournalFixture.read(file);
          assertEquals(written.subList(0, kept.size()), kept, "space=" + space);
          assertTrue(sizeOf(file) <= space + 16, "space=" + space);
        }

        disk.setSpaceBytes(Long.MAX_VALUE);
        writer.force();

        assertEquals(written, JournalFixture.read(file), "space=" + space);
      }
    }
  }

  @Test
  void shouldNotAppendAFrameThatFoundNoRoom() {
    final FaultyDisk disk = new FaultyDisk(Long.MAX_VALUE);
    try (JournalWriter writer = JournalWriter.open(disk, path, 256)) {
      writer.append(1, PAYLOAD, 0, 100);
      disk.setSpaceBytes(0);
      writer.append(2, PAYLOAD, 0, 90);
      assertThrows(DiskFullException.class, () -> writer.append(3, PAYLOAD, 0, 100));
      disk.setSpaceBytes(Long.MAX_VALUE);
      writer.append(4, PAYLOAD, 0, 1);
    }

    final List<String> read = JournalFixture.read(path);
    assertEquals(List.of("1", "2", "4"), read.stream().map(f -> f.substring(0, 1)).toList());
  }

  @Test
  void shouldTakeNothingMoreAfterAFailedForce() {
    final FaultyDisk disk = new FaultyDisk(Long.MAX_VALUE);
    try (JournalWriter writer = JournalWriter.open(disk, path, 4096)) {
      writer.append(1, PAYLOAD, 0, 1);
      disk.setFailsToForce(true);
      assertThrows(PoisonedFileException.class, writer::force);
      disk.setFailsToForce(false);

      assertThrows(PoisonedFileException.class, writer::force);
      assertThrows(PoisonedFileException.class, writer::flush);
      assertThrows(PoisonedFileException.class, () -> writer.append(1, PAYLOAD, 0, 1));
    }
  }

  @Test
  void shouldTakeNothingMoreWhenAHalfFrameCannotBeCut() {
    final FaultyDisk disk = new FaultyDisk(Long.MAX_VALUE);
    try (JournalWriter writer = JournalWriter.open(disk, path, 4096)) {
      writer.append(1, PAYLOAD, 0, 100);
      disk.setSpaceBytes(50);
      disk.setFailsToTruncate(true);

      assertThrows(DiskFullException.class, writer::flush);

      disk.setSpaceBytes(Long.MAX_VALUE);
      assertThrows(PoisonedFileException.class, writer::flush);
    }
    assertEquals(List.of(), JournalFixture.read(path));
  }

  @Test
  void shouldRefuseASecondWriter() {
    try (JournalWriter writer = JournalWriter.open(path)) {
      final JournalFormatException fault =
          assertThrows(JournalFormatException.class, () -> JournalWriter.open(path));
      assertTrue(fault.getMessage().contains("another writer"), fault.getMessage());
      writer.append(1, PAYLOAD, 0, 1);
    }
    assertEquals(1, JournalFixture.read(path).size());
  }

  @Test
  void shouldRefuseAnotherVersionAndAFileThatIsNoJournal() throws IOException {
    JournalWriter.open(path).close();
    final byte[] bytes = Files.readAllBytes(path);
    bytes[8] = 2;
    final java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(bytes, 0, 12);
    new UnsafeBuffer(bytes).putInt(12, (int) crc.getValue(), java.nio.ByteOrder.LITTLE_ENDIAN);
    Files.write(path, bytes);
    final Path other = Files.writeString(folder.resolve("other"), "{\"not\":\"a journal\"}");

    assertFault(path, "format version 2; this build reads version 1");
    assertFault(other, "not a journal");
    assertFault(Files.writeString(folder.resolve("short"), "x"), "shorter");
  }

  private static void assertFault(final Path file, final String part) {
    final JournalFormatException fault =
        assertThrows(JournalFormatException.class, () -> JournalWriter.open(file));
    assertTrue(fault.getMessage().contains(part), fault.getMessage());
    assertThrows(JournalFormatException.class, () -> new JournalReader(file));
  }

  @Test
  void shouldRefuseTypesAndLengthsOutOfRange() {
    try (JournalWriter writer = JournalWriter.open(path)) {
      assertThrows(IllegalArgumentException.class, () -> writer.append(0, PAYLOAD, 0, 1));
      assertThrows(IllegalArgumentException.class, () -> writer.append(1, PAYLOAD, 0, -1));
      assertThrows(IndexOutOfBoundsException.class, () -> writer.append(1, PAYLOAD, 50, 51));
    }
    assertEquals(List.of(), JournalFixture.read(path));
  }

  private static long sizeOf(final Path file) {
    try {
      return Files.size(file);
    } catch (final IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
