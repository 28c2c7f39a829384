package dev.coppice.bridge.journal;

import static dev.coppice.bridge.journal.JournalFixture.CONTENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.fixture.FaultyDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalDamagePropertyTest {
  private static final UnsafeBuffer ONE = new UnsafeBuffer(new byte[] {42});

  @TempDir private Path folder;

  @Test
  void shouldKeepExactlyTheWholeFramesWhenCutAtEveryByte() throws IOException {
    final Path path = folder.resolve("journal.log");
    final List<String> written = write(path, 11, 60);
    final byte[] whole = Files.readAllBytes(path);
    final Path cut = folder.resolve("cut.log");

    for (int size = 0; size <= whole.length; size++) {
      Files.write(cut, Arrays.copyOf(whole, size));
      try (JournalWriter writer =
          JournalWriter.open(new FaultyDisk(Long.MAX_VALUE), cut, CONTENT, 4096)) {
        writer.append(9, ONE, 0, 1);
      }
      final List<String> read = JournalFixture.read(cut);
      final int kept = read.size() - 1;
      assertEquals("9:2a", read.get(kept), "size=" + size);
      assertEquals(written.subList(0, kept), read.subList(0, kept), "size=" + size);
      assertEquals(wholeFrames(whole, size), kept, "size=" + size);
    }
  }

  /** Counts frames by the written layout alone, without the reader under test. */
  private static int wholeFrames(final byte[] file, final int size) {
    final UnsafeBuffer buffer = new UnsafeBuffer(file);
    int at = JournalDescriptor.FILE_HEADER_BYTES;
    int count = 0;
    while (at < size) {
      at += JournalDescriptor.frameBytes(buffer.getInt(at));
      final boolean isWhole = at <= size;
      count += isWhole ? 1 : 0;
    }
    final boolean endsWithMark = size == file.length;
    return endsWithMark ? count - 1 : count;
  }

  @Test
  void shouldRefuseOrShowAPrefixWhenOneBitIsFlippedAnywhere() throws IOException {
    final Path path = folder.resolve("journal.log");
    final List<String> written = write(path, 12, 200);
    final byte[] whole = Files.readAllBytes(path);
    final Path bad = folder.resolve("bad.log");
    final Random random = new Random(13);
    int refused = 0;

    for (int i = 0; i < 1_000; i++) {
      final int bit = random.nextInt(whole.length * Byte.SIZE);
      final byte[] damaged = whole.clone();
      damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      Files.write(bad, damaged);
      try {
        final List<String> read = JournalFixture.read(bad);
        assertEquals(written, read, "seed=13 bit=" + bit);
        assertTrue(bit / Byte.SIZE >= whole.length - 24, "unnoticed: seed=13 bit=" + bit);
      } catch (final JournalFormatException e) {
        assertTrue(e.offset() <= bit / Byte.SIZE, "seed=13 bit=" + bit);
        assertTrue(e.getMessage().contains("bad.log"), e.getMessage());
        assertThrows(JournalFormatException.class, () -> JournalWriter.open(bad, CONTENT));
        assertEquals(whole.length, Files.size(bad), "a refused file is not touched");
        refused++;
      }
    }
    assertTrue(refused > 900, "refused=" + refused);
  }

  @Test
  void shouldCutUnforcedFramesThatReachedTheDiskInTheWrongOrder() throws IOException {
    final Path path = folder.resolve("journal.log");
    final List<String> written;
    try (JournalWriter writer = JournalWriter.open(path, CONTENT)) {
      written = JournalFixture.fill(writer, 14, 10);
      final long forced = writer.durablePosition();
      JournalFixture.fill(writer, 15, 9);
      writer.flush();
      final byte[] torn = Files.readAllBytes(path);
      Arrays.fill(torn, (int) forced, (int) forced + 40, (byte) 0);
      Files.write(folder.resolve("torn.log"), torn);
    }

    try (JournalWriter writer = JournalWriter.open(folder.resolve("torn.log"), CONTENT)) {
      assertTrue(writer.recovered().isTorn());
    }
    assertEquals(written, JournalFixture.read(folder.resolve("torn.log")));
  }

  @Test
  void shouldNotBelieveAFrameThatStrayedToAnotherPlace() throws IOException {
    final Path path = folder.resolve("journal.log");
    final List<String> written = write(path, 16, 10);
    final byte[] whole = Files.readAllBytes(path);
    final int header = JournalDescriptor.FILE_HEADER_BYTES;
    final byte[] doubled = Arrays.copyOf(whole, whole.length * 2 - header);
    System.arraycopy(whole, header, doubled, whole.length, whole.length - header);
    Files.write(path, doubled);

    assertEquals(written, JournalFixture.read(path));
  }

  private static List<String> write(final Path path, final long seed, final int count) {
    try (JournalWriter writer = JournalWriter.open(path, CONTENT)) {
      return JournalFixture.fill(writer, seed, count);
    }
  }
}
