package dev.coppice.bridge.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.coppice.bridge.fixture.FaultyDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFileTest {
  private static final byte[] CONTENT = "content of a report".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path folder;

  @Test
  void shouldReturnSizeAndDigestOfWhatItWrote() throws Exception {
    final Path target = folder.resolve("report.json");
    final byte[] large = new byte[1_000_000];
    new java.util.Random(5).nextBytes(large);

    final SealedBytes seal = DurableFile.write(target, large);

    final byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(target));
    assertEquals(new SealedBytes(large.length, HexFormat.of().formatHex(sha256)), seal, "seed=5");
    assertEquals(List.of("report.json"), names());
  }

  @Test
  void shouldKeepTheOldContentWhenTheDiskIsFullAtAnyByte() throws IOException {
    final Path target = folder.resolve("report.json");
    Files.writeString(target, "old");

    for (int space = 0; space < CONTENT.length; space++) {
      final FaultyDisk disk = new FaultyDisk(space);
      assertThrows(DiskFullException.class, () -> write(disk, target), "space=" + space);
      assertEquals("old", Files.readString(target), "space=" + space);
      assertEquals(List.of("report.json"), names(), "space=" + space);
    }
  }

  @Test
  void shouldRecogniseAFullDiskByTheKernelsOwnError() {
    final Path full = Path.of("/dev/full");
    assumeTrue(Files.isWritable(full), "this system has no /dev/full");

    final IOException cause =
        assertThrows(
            IOException.class,
            () -> {
              try (FileChannel channel = FileChannel.open(full, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(CONTENT));
              }
            });

    final StorageException failure = StorageException.of("write", folder.resolve("x"), cause);
    assertInstanceOf(DiskFullException.class, failure);
    assertTrue(failure.getMessage().startsWith("disk is full: could not write"));
  }

  @Test
  void shouldKeepTheOldContentWhenTheForceFailsOrTheBodyThrows() throws IOException {
    final Path target = folder.resolve("report.json");
    Files.writeString(target, "old");
    final FaultyDisk disk = new FaultyDisk(1_000);
    disk.setFailsToForce(true);

    assertThrows(StorageException.class, () -> write(disk, target));
    assertThrows(
        IllegalStateException.class,
        () ->
            DurableFile.write(
                Disk.LOCAL,
                target,
                channel -> {
                  throw new IllegalStateException("broken body");
                }));

    assertEquals("old", Files.readString(target));
    assertEquals(List.of("report.json"), names());
  }

  @Test
  void shouldSweepWhatAKilledProcessLeftAside() throws IOException {
    Files.writeString(folder.resolve("report.json.tmp"), "half");
    Files.writeString(folder.resolve("report.json"), "whole");

    assertEquals(1, DurableFile.sweep(folder));

    assertEquals(List.of("report.json"), names());
  }

  private static void write(final FaultyDisk disk, final Path target) {
    DurableFile.write(disk, target, channel -> channel.write(ByteBuffer.wrap(CONTENT)));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
