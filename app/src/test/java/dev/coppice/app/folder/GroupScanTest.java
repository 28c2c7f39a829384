package dev.coppice.app.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.TreeSamples;
import dev.coppice.app.TreeSamples.End;
import dev.coppice.bridge.trace.Trace;
import dev.coppice.trajectory.TrajectoryTree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupScanTest {
  @TempDir private Path folder;

  private static byte[] group(final String id, final int trees) {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int place = 0; place < trees; place++) {
      final TrajectoryTree tree =
          TreeSamples.tree("tree", id, place, 5, List.of(new End("1+1", "2", 1)));
      final Trace trace = new Trace(tree, List.of());
      bytes.writeBytes(
          TraceLines.line(new StoredTree("tree", trees, trace, TreeSamples.ledger(tree))));
    }
    return bytes.toByteArray();
  }

  private Path file(final byte[]... parts) throws IOException {
    final Path file = folder.resolve("traces.jsonl");
    final ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (final byte[] part : parts) {
      all.writeBytes(part);
    }
    return Files.write(file, all.toByteArray());
  }

  @Test
  void shouldReadBackWhatWasWritten() throws IOException {
    final Path file = file(group("g0", 2), group("g1", 1));

    try (GroupScan scan = new GroupScan(file)) {
      final StoredGroup first = scan.next();
      assertEquals("g0", first.id());
      assertEquals("tree", first.arm());
      assertEquals(2, first.trees().size());
      assertEquals(TreeSamples.ledger(first.trajectories().get(0)), first.ledgers().get(0));
      assertEquals("g1", scan.next().id());
      assertNull(scan.next());
      assertEquals(0, scan.tornBytes());
      assertEquals(Files.size(file), scan.keepBytes());
    }
  }

  @Test
  void shouldLeaveOutWhateverAKillLeftBehindTheLastWholeGroup() throws IOException {
    final byte[] whole = group("g0", 2);
    final byte[] torn = group("g1", 3);

    for (int cut = 1; cut < torn.length; cut += 5) {
      final Path file = file(whole, Arrays.copyOf(torn, cut));
      try (GroupScan scan = new GroupScan(file)) {
        assertEquals("g0", scan.next().id(), "cut=" + cut);
        assertNull(scan.next(), "cut=" + cut);
        assertEquals(whole.length, scan.keepBytes(), "cut=" + cut);
        assertEquals(cut, scan.tornBytes(), "cut=" + cut);
      }
    }
  }

  @Test
  void shouldNameTheLineOfDamageBeforeTheEnd() throws IOException {
    final byte[] damaged = group("g0", 1);
    damaged[damaged.length / 2] = '\u0001';
    final Path file = file(damaged, group("g1", 1));

    try (GroupScan scan = new GroupScan(file)) {
      final RunFolderException refused = assertThrows(RunFolderException.class, scan::next);
      assertTrue(refused.getMessage().contains("traces.jsonl:1: "), refused.getMessage());
      assertEquals("trace-damaged", refused.errorCode().name());
    }
  }

  @Test
  void shouldRefuseAGroupThatLostATreeInTheMiddle() throws IOException {
    final byte[] two = group("g0", 2);
    final byte[] half = Arrays.copyOf(two, two.length / 2);
    final Path file = file(half, group("g1", 1));

    try (GroupScan scan = new GroupScan(file)) {
      assertThrows(RunFolderException.class, scan::next);
    }
  }

  @Test
  void shouldRefuseTracesOfAnotherFormat() throws IOException {
    final String text = new String(group("g0", 1), StandardCharsets.UTF_8);
    final Path file =
        file(text.replace("coppice.trace/2", "coppice.trace/9").getBytes(StandardCharsets.UTF_8));

    try (GroupScan scan = new GroupScan(file)) {
      final RunFolderException refused = assertThrows(RunFolderException.class, scan::next);
      assertTrue(refused.getMessage().contains("coppice.trace/9"), refused.getMessage());
    }
  }
}
