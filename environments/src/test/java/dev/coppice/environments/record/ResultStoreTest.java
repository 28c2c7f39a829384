package dev.coppice.environments.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damages stores of results in every way a disk or a killed process may. */
@Timeout(120)
class ResultStoreTest {
  private static final int ENTRIES = 4;

  @TempDir private Path folder;

  private byte[] filled() throws IOException {
    try (ResultStore store = ResultStore.write(folder)) {
      for (int i = 0; i < ENTRIES; i++) {
        store.put("key " + i, Map.of("text", "a\nline, a \"quote\", \u00e9", "i", i));
      }
    }
    return Files.readAllBytes(file());
  }

  private Path file() {
    return folder.resolve(ResultStore.FILE);
  }

  private static int linesIn(final byte[] bytes, final int length) {
    int lines = 0;
    for (int i = 0; i < length; i++) {
      lines += bytes[i] == '\n' ? 1 : 0;
    }
    return lines;
  }

  @Test
  void shouldRefuseEveryFlippedBitAndNameTheLine() throws Exception {
    final byte[] sound = filled();

    for (int bit = 0; bit < (sound.length - 1) * Byte.SIZE; bit++) {
      final byte[] damaged = sound.clone();
      damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      Files.write(file(), damaged);
      final String message = "bit=" + bit;

      final ResultStoreException refused =
          assertThrows(ResultStoreException.class, () -> ResultStore.read(folder).close(), message);
      assertThrows(ResultStoreException.class, () -> ResultStore.write(folder).close(), message);

      final int line = 1 + linesIn(sound, bit / Byte.SIZE);
      assertTrue(refused.getMessage().contains("results.log:" + line + ": damaged"), message);
      assertTrue(Arrays.equals(damaged, Files.readAllBytes(file())), "left as it was " + message);
    }
  }

  @Test
  void shouldCutATornTailAndGoOnWhereverTheProcessWasKilled() throws Exception {
    final byte[] sound = filled();

    for (int length = 0; length <= sound.length; length++) {
      Files.write(file(), Arrays.copyOf(sound, length));
      final int whole = linesIn(sound, length);
      final String message = "length=" + length;
      try (ResultStore store = ResultStore.read(folder)) {
        assertEquals(whole, store.size(), message);
      }
      assertEquals(length, Files.size(file()), "reading changes nothing " + message);

      try (ResultStore store = ResultStore.write(folder)) {
        assertEquals(Math.max(1, whole), store.size(), message);
        store.put("after", Map.of("text", "the kill"));
      }

      try (ResultStore store = ResultStore.read(folder)) {
        assertEquals(Math.max(1, whole) + 1, store.size(), message);
        assertEquals("the kill", store.get("after").get("text"), message);
        for (int i = 0; i < whole - 1; i++) {
          assertEquals(i, store.get("key " + i).get("i"), message);
        }
      }
    }
  }

  @Test
  void shouldSayThatAnEntryWasDamagedWhileTheStoreWasOpen() throws Exception {
    final byte[] sound = filled();
    try (ResultStore store = ResultStore.read(folder)) {
      sound[sound.length - 3] ^= 1;
      Files.write(file(), sound);

      final ResultStoreException refused =
          assertThrows(ResultStoreException.class, () -> store.get("key " + (ENTRIES - 1)));

      assertTrue(refused.getMessage().contains("damaged while it was open"));
      assertEquals(0, store.get("key 0").get("i"));
    }
  }

  @Test
  void shouldRefuseASecondWriterOfTheSameProcessAndLetItInAfterwards() {
    try (ResultStore first = ResultStore.write(folder)) {
      final ResultStoreException refused =
          assertThrows(ResultStoreException.class, () -> ResultStore.write(folder).close());

      assertTrue(refused.getMessage().contains("another run is writing"), refused.getMessage());
      first.put("key", Map.of("i", 1));
    }

    try (ResultStore second = ResultStore.write(folder)) {
      assertEquals(1, second.get("key").get("i"));
    }
  }

  @Test
  void shouldRefuseToWriteWhatAnotherProcessWritesAndLetItInOnceThatIsKilled() throws Exception {
    filled();
    final Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                StoreHolder.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8))) {
      assertEquals("open " + (ENTRIES + 1), said.readLine());

      final ResultStoreException refused =
          assertThrows(ResultStoreException.class, () -> ResultStore.write(folder).close());
      assertTrue(refused.getMessage().contains("another run is writing"), refused.getMessage());
      try (ResultStore reader = ResultStore.read(folder)) {
        assertEquals(ENTRIES + 1, reader.size());
      }
    } finally {
      holder.destroyForcibly().waitFor();
    }

    assertFalse(holder.isAlive());
    try (ResultStore store = ResultStore.write(folder)) {
      assertEquals(ENTRIES + 1, store.size());
    }
  }
}
