package dev.coppice.bridge.journal;

import static dev.coppice.bridge.journal.JournalFixture.CONTENT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.disk.Disk;
import dev.coppice.bridge.disk.DiskFullException;
import dev.coppice.bridge.disk.PoisonedFileException;
import dev.coppice.bridge.fixture.FaultyDisk;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
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
      try (JournalWriter writer = JournalWriter.open(Disk.LOCAL, path, CONTENT, 64)) {
        assertFalse(writer.recovered().isTorn());
        written.addAll(JournalFixture.fill(writer, session, 50));
      }
    }

    assertEquals(written, JournalFixture.read(path));
  }

  @Test
  void shouldGiveEachFrameThePlaceItWasAppendedAt() {
    final List<Long> places = new ArrayList<>();
    try (JournalWriter writer = JournalWriter.open(path, CONTENT)) {
      for (int i = 0; i < 10; i++) {
        places.add(writer.position());
        writer.append(1, PAYLOAD, 0, i);
      }
    }

    try (JournalReader reader = new JournalReader(path, CONTENT)) {
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
    try (JournalWriter writer = JournalWriter.open(disk, path, CONTENT, 1 << 20)) {
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
    try (JournalWriter writer = JournalWriter.open(path, CONTENT);
        JournalReader reader = new JournalReader(path, CONTENT)) {
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
    try (JournalWriter writer = JournalWriter.open(Disk.LOCAL, path, CONTENT, 64)) {
      writer.append(1, PAYLOAD, 0, 1);
      writer.append(2, large, 0, large.capacity());
      writer.append(3, PAYLOAD, 0, 1);
    }

    try (JournalReader reader = new JournalReader(path, CONTENT)) {
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
      try (JournalWriter writer = JournalWriter.open(disk, file, CONTENT, 4096)) {
        disk.setSpaceBytes(space);
        final List<String> written = JournalFixture.fill(writer, space, 9);
        final boolean fits = writer.position() - JournalDescriptor.FILE_HEADER_BYTES <= space;
        if (!fits) {
          assertThrows(DiskFullException.class, writer::flush, "space=" + space);
          final List<String> kept = JournalFixture.read(file);
          assertEquals(written.subList(0, kept.size()), kept, "space=" + space);
          assertTrue(sizeOf(file) <= space + JournalDescriptor.FILE_HEADER_BYTES, "space=" + space);
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
    try (JournalWriter writer = JournalWriter.open(disk, path, CONTENT, 256)) {
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
    try (JournalWriter writer = JournalWriter.open(disk, path, CONTENT, 4096)) {
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
    try (JournalWriter writer = JournalWriter.open(disk, path, CONTENT, 4096)) {
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
    try (JournalWriter writer = JournalWriter.open(path, CONTENT)) {
      final JournalFormatException fault =
          assertThrows(JournalFormatException.class, () -> JournalWriter.open(path, CONTENT));
      assertTrue(fault.getMessage().contains("another writer"), fault.getMessage());
      writer.append(1, PAYLOAD, 0, 1);
    }
    assertEquals(1, JournalFixture.read(path).size());
  }

  @Test
  void shouldRefuseAnotherVersionAndAFileThatIsNoJournal() throws IOException {
    JournalWriter.open(path, CONTENT).close();
    final byte[] bytes = Files.readAllBytes(path);
    bytes[8] = 3;
    final CRC32C crc = new CRC32C();
    crc.update(bytes, 0, 24);
    new UnsafeBuffer(bytes).putInt(24, (int) crc.getValue(), ByteOrder.LITTLE_ENDIAN);
    Files.write(path, bytes);
    final Path other = Files.writeString(folder.resolve("other"), "{\"not\":\"a journal\"}");

    assertFault(path, "format version 3; this build reads version 2");
    assertEquals("journal-version", code(path));
    assertFault(other, "not a journal");
    assertEquals("journal-damaged", code(other));
    assertFault(Files.writeString(folder.resolve("short"), "x"), "shorter");
  }

  @Test
  void shouldRefuseAJournalOfVersionOneAndSayWhatToDo() throws IOException {
    // COPPJRNL, version 1, checksum of these 12 bytes; then a frame of type 2 with 5 bytes.
    final byte[] old =
        HexFormat.of().parseHex("434f50504a524e4c01000000cdea3309" + "00".repeat(32));
    Files.write(path, old);
    final Path empty = folder.resolve("empty");
    Files.write(empty, Arrays.copyOf(old, 16));

    assertFault(path, "has format version 1; this build reads version 2");
    assertFault(path, "go on with the build that wrote it, or begin a new folder");
    assertFault(empty, "has format version 1; this build reads version 2");
    assertArrayEquals(old, Files.readAllBytes(path), "a refused file is not touched");
  }

  @Test
  void shouldRefuseAnotherContentAndAnotherVersionOfIt() {
    JournalWriter.open(path, new JournalContent("OTHER", 3)).close();
    final Path newer = folder.resolve("newer");
    JournalWriter.open(newer, new JournalContent("TEST", 4)).close();

    assertFault(path, "holds OTHER where TEST is asked for");
    assertFault(newer, "has TEST version 4; this build reads version 3");
    assertEquals("journal-version", code(newer));
    assertThrows(IllegalArgumentException.class, () -> new JournalContent("lower", 1));
    assertThrows(IllegalArgumentException.class, () -> new JournalContent("TOOLONGNAME", 1));
    assertThrows(IllegalArgumentException.class, () -> new JournalContent("TEST", 0));
  }

  @Test
  void shouldWriteTheHeaderThatIsDocumented() throws IOException {
    JournalWriter.open(path, CONTENT).close();

    final byte[] header = Arrays.copyOf(Files.readAllBytes(path), 32);
    final CRC32C crc = new CRC32C();
    crc.update(header, 0, 24);
    final String expected = "434f50504a524e4c" + "02000000" + "03000000" + "5445535400000000";
    assertEquals(expected, HexFormat.of().formatHex(header, 0, 24));
    assertEquals(
        (int) crc.getValue(), new UnsafeBuffer(header).getInt(24, ByteOrder.LITTLE_ENDIAN));
    assertEquals(0, new UnsafeBuffer(header).getInt(28));
  }

  private static String code(final Path file) {
    return assertThrows(JournalFormatException.class, () -> new JournalReader(file, CONTENT))
        .errorCode()
        .name();
  }

  private static void assertFault(final Path file, final String part) {
    final JournalFormatException fault =
        assertThrows(JournalFormatException.class, () -> JournalWriter.open(file, CONTENT));
    assertTrue(fault.getMessage().contains(part), fault.getMessage());
    assertThrows(JournalFormatException.class, () -> new JournalReader(file, CONTENT));
  }

  @Test
  void shouldRefuseTypesAndLengthsOutOfRange() {
    try (JournalWriter writer = JournalWriter.open(path, CONTENT)) {
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
