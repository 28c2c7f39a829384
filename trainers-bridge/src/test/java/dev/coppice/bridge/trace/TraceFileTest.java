package dev.coppice.bridge.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.coppice.bridge.disk.DiskFullException;
import dev.coppice.bridge.disk.PoisonedFileException;
import dev.coppice.bridge.fixture.FaultyDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceFileTest {
  private static final List<byte[]> GROUP = List.of(bytes("first line\n"), bytes("second line\n"));

  @TempDir private Path folder;
  private Path path;

  @BeforeEach
  void nameTheFile() {
    path = folder.resolve("traces.jsonl");
  }

  @Test
  void shouldCutALineThatAKilledProcessLeftUnfinished() throws IOException {
    Files.writeString(path, "whole\n" + "x".repeat(200_000));

    try (TraceFile file = TraceFile.open(path, TraceFile.WHOLE_LINES)) {
      assertEquals(6, file.position());
    }

    assertEquals("whole\n", Files.readString(path));
  }

  @Test
  void shouldCutAGroupThatWasNotYetFinished() throws IOException {
    Files.writeString(path, "g1\ng2 tree 0\n");

    try (TraceFile file = TraceFile.open(path, 3)) {
      file.append(GROUP);
    }

    assertEquals("g1\nfirst line\nsecond line\n", Files.readString(path));
  }

  @Test
  void shouldRefuseAFileThatLostItsEnd() throws IOException {
    Files.writeString(path, "g1\n");

    assertThrows(IllegalArgumentException.class, () -> TraceFile.open(path, 4));
  }

  @Test
  void shouldLeaveNothingOfAGroupWhenTheDiskIsFullAndTakeItLater() throws IOException {
    final FaultyDisk disk = new FaultyDisk(30);
    try (TraceFile file = TraceFile.open(disk, path, TraceFile.WHOLE_LINES)) {
      file.append(GROUP);

      assertThrows(DiskFullException.class, () -> file.append(GROUP));
      assertEquals("first line\nsecond line\n", Files.readString(path));

      disk.setSpaceBytes(1_000);
      assertEquals(46, file.append(GROUP));
    }
    assertEquals("first line\nsecond line\n".repeat(2), Files.readString(path));
  }

  @Test
  void shouldTakeNothingMoreAfterAFailedForce() {
    final FaultyDisk disk = new FaultyDisk(1_000);
    try (TraceFile file = TraceFile.open(disk, path, TraceFile.WHOLE_LINES)) {
      disk.setFailsToForce(true);
      assertThrows(PoisonedFileException.class, () -> file.append(GROUP));
      disk.setFailsToForce(false);

      assertThrows(PoisonedFileException.class, () -> file.append(GROUP));
    }
  }

  private static byte[] bytes(final String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
