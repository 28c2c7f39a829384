package dev.coppice.bridge.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.fixture.RandomTrees;
import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.bridge.trace.TraceFile;
import dev.coppice.bridge.trace.TraceGroup;
import dev.coppice.bridge.trace.TraceReader;
import dev.coppice.bridge.trace.TraceWriter;
import dev.coppice.bridge.wire.AdvantageKind;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.FlatPacker;
import dev.coppice.bridge.wire.FlatRow;
import dev.coppice.bridge.wire.TreeExpander;
import dev.coppice.bridge.wire.WireHeader;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.TrajectoryGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds the formats still: the files the Python tests read are what this build writes, byte for
 * byte.
 *
 * <p>After a wanted change of a format run with {@code -Dcoppice.fixtures.write=true}.
 */
class PythonFixtureTest {
  private static final Path COMMITTED = Path.of("python", "tests", "data");
  private static final List<String> FILES =
      List.of(
          "traces.jsonl",
          "seg-000001.nodes.arrow",
          "seg-000001.leaves.arrow",
          "seg-000002.flat.arrow");
  private static final int GROUPS = 2;
  private static final WireHeader HEADER =
      new WireHeader(
          "run-7",
          new WireHeader.Model("tiny", "ab".repeat(32), "cd".repeat(32)),
          "sampled",
          SamplingSettings.PLAIN,
          new WireHeader.Credit(SharedTokenRule.TRAIN_ONCE, AdvantageKind.PER_TOKEN, "tree-grpo"));

  @TempDir private Path folder;

  @Test
  void shouldWriteTheFilesThatThePythonTestsRead() throws IOException {
    final boolean rewrites = Boolean.getBoolean("coppice.fixtures.write");
    write(folder);

    for (final String file : FILES) {
      if (rewrites) {
        Files.createDirectories(COMMITTED);
        Files.copy(
            folder.resolve(file),
            COMMITTED.resolve(file),
            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
      assertArrayEquals(
          Files.readAllBytes(COMMITTED.resolve(file)),
          Files.readAllBytes(folder.resolve(file)),
          file + " changed its format: seed=42");
    }
  }

  @Test
  void shouldReadTheCommittedFilesBack() {
    final ArrowSegmentReader segments = new ArrowSegmentReader(COMMITTED);
    int leaves = 0;
    try (TraceReader traces = new TraceReader(COMMITTED.resolve("traces.jsonl"))) {
      for (TraceGroup group = traces.nextGroup(); group != null; group = traces.nextGroup()) {
        leaves += group.group().leafCount();
      }
    }

    assertEquals(
        leaves, segments.packed("seg-000001").stream().mapToInt(g -> g.leaves().size()).sum());
    assertEquals(leaves, segments.flat("seg-000002").stream().mapToInt(List::size).sum());
  }

  @Test
  void shouldReadTheFilesOfTheFormatBefore() {
    final ArrowSegmentReader segments = new ArrowSegmentReader(COMMITTED.resolve("v1"));
    final List<CreditedGroup> groups = new ArrayList<>();
    try (TraceReader traces = new TraceReader(COMMITTED.resolve("v1").resolve("traces.jsonl"))) {
      for (TraceGroup group = traces.nextGroup(); group != null; group = traces.nextGroup()) {
        groups.add(new CreditedGroup(group.group(), group.creditBy("tree-grpo")));
      }
    }

    assertEquals(List.of("seg-000001", "seg-000002"), segments.names());
    assertFalse(segments.knowsDraws("seg-000001"));
    assertEquals(HEADER, segments.header("seg-000001"));
    for (int i = 0; i < groups.size(); i++) {
      final List<FlatRow> expected = FlatPacker.pack(groups.get(i));
      final List<FlatRow> expanded = TreeExpander.expand(segments.packed("seg-000001").get(i));
      final List<FlatRow> flat = segments.flat("seg-000002").get(i);
      assertEquals(expected.size(), expanded.size());
      assertEquals(expected.size(), flat.size());
      for (int row = 0; row < expected.size(); row++) {
        assertTrue(expected.get(row).isSameAs(expanded.get(row)), "group=" + i + " row=" + row);
        assertTrue(expected.get(row).isSameAs(flat.get(row)), "group=" + i + " row=" + row);
        assertEquals(1, flat.get(row).path().draws());
      }
    }
  }

  private static void write(final Path target) {
    final RandomTrees source = new RandomTrees(42);
    final List<CreditedGroup> groups = new ArrayList<>();
    try (TraceFile file = TraceFile.open(target.resolve("traces.jsonl"), TraceFile.WHOLE_LINES)) {
      for (int i = 0; i < GROUPS; i++) {
        final TrajectoryGroup group = source.group(i);
        final List<CreditBlock> credit = group.trees().stream().map(source::credit).toList();
        groups.add(new CreditedGroup(group, credit));
        final List<byte[]> lines = new ArrayList<>();
        for (int tree = 0; tree < credit.size(); tree++) {
          lines.add(TraceWriter.line(group.trees().get(tree), List.of(credit.get(tree))));
        }
        file.append(lines);
      }
    }
    for (final SegmentForm form : SegmentForm.values()) {
      try (ArrowSegmentWriter writer = new ArrowSegmentWriter(target, HEADER, form)) {
        writer.write(groups);
      }
    }
  }
}
