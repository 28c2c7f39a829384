package dev.coppice.bridge.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.disk.DiskFullException;
import dev.coppice.bridge.disk.StorageException;
import dev.coppice.bridge.fixture.FaultyDisk;
import dev.coppice.bridge.fixture.RandomTrees;
import dev.coppice.bridge.wire.AdvantageKind;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.FlatPacker;
import dev.coppice.bridge.wire.FlatRow;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.TreeExpander;
import dev.coppice.bridge.wire.TreePacker;
import dev.coppice.bridge.wire.WireHeader;
import dev.coppice.credit.shared.SharedTokenRule;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArrowSegmentTest {
  private static final WireHeader HEADER =
      new WireHeader(
          "run-7",
          new WireHeader.Model("tiny", "ab".repeat(32), ""),
          "sampled",
          new SamplingSettings(0.6, 0.95, 40, 0.01),
          new WireHeader.Credit(SharedTokenRule.TRAIN_ONCE, AdvantageKind.PER_TOKEN, "tree-grpo"));

  @TempDir private Path folder;

  @Test
  void shouldReadBackExactlyWhatWasPacked() {
    final List<CreditedGroup> groups = groups(1, 100);
    final SegmentSeal seal = write(groups, SegmentForm.TREE_PACKED);

    final ArrowSegmentReader reader = new ArrowSegmentReader(folder);
    final List<PackedGroup> read = reader.packed(seal.name());

    assertEquals(List.of("seg-000001"), reader.names());
    assertEquals(HEADER, reader.header("seg-000001"));
    assertEquals(groups.size(), read.size());
    for (int i = 0; i < groups.size(); i++) {
      final PackedGroup expected = TreePacker.pack(groups.get(i));
      assertEquals(expected.leaves(), read.get(i).leaves(), "group=" + i);
      for (int n = 0; n < expected.nodes().size(); n++) {
        assertSameNode(expected.nodes().get(n), read.get(i).nodes().get(n));
      }
    }
  }

  @Test
  void shouldExpandAWrittenTreeToTheWrittenFlatForm() {
    final List<CreditedGroup> groups = groups(2, 100);
    final SegmentSeal packed = write(groups, SegmentForm.TREE_PACKED);
    final SegmentSeal flat = write(groups, SegmentForm.FLAT);
    final ArrowSegmentReader reader = new ArrowSegmentReader(folder);

    final List<List<FlatRow>> flatRows = reader.flat(flat.name());
    final List<PackedGroup> packedGroups = reader.packed(packed.name());

    for (int i = 0; i < groups.size(); i++) {
      final List<FlatRow> expanded = TreeExpander.expand(packedGroups.get(i));
      final List<FlatRow> direct = FlatPacker.pack(groups.get(i));
      assertEquals(direct.size(), flatRows.get(i).size(), "group=" + i);
      for (int row = 0; row < direct.size(); row++) {
        assertTrue(flatRows.get(i).get(row).isSameAs(expanded.get(row)), "group=" + i);
        assertTrue(flatRows.get(i).get(row).isSameAs(direct.get(row)), "group=" + i);
      }
    }
  }

  @Test
  void shouldCarryKeptIdsInBothFormsAndTheRulesInTheHeader() {
    final WireHeader header =
        new WireHeader(
            HEADER.run(),
            HEADER.model(),
            HEADER.logprobMode(),
            new SamplingSettings(
                0.6,
                0.95,
                40,
                0.01,
                new SamplingSettings.LogitRules(1.5, -0.5, 0.25, Map.of(3, 1.5, 9, -100.0), 2)),
            HEADER.credit(),
            new WireHeader.Drawable(500, List.of(17, 99)));
    final RandomTrees source = new RandomTrees(8).keeping(8);
    final List<CreditedGroup> groups = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      groups.add(new CreditedGroup(source.group(i), List.of()));
    }
    final SegmentSeal packed = write(header, groups, SegmentForm.TREE_PACKED);
    final SegmentSeal flat = write(header, groups, SegmentForm.FLAT);
    final ArrowSegmentReader reader = new ArrowSegmentReader(folder);
    final List<PackedGroup> nodes = reader.packed(packed.name());
    final List<List<FlatRow>> rows = reader.flat(flat.name());

    assertEquals(header, reader.header(packed.name()));
    assertEquals(header, reader.header(flat.name()));
    long ids = 0;
    for (int i = 0; i < groups.size(); i++) {
      final PackedGroup expected = TreePacker.pack(groups.get(i));
      for (int n = 0; n < expected.nodes().size(); n++) {
        assertTrue(
            expected.nodes().get(n).columns().isSameAs(nodes.get(i).nodes().get(n).columns()),
            "group=" + i);
      }
      final List<FlatRow> expanded = TreeExpander.expand(nodes.get(i));
      final List<FlatRow> direct = FlatPacker.pack(groups.get(i));
      for (int row = 0; row < direct.size(); row++) {
        assertTrue(rows.get(i).get(row).isSameAs(expanded.get(row)), "group=" + i);
        assertTrue(rows.get(i).get(row).isSameAs(direct.get(row)), "group=" + i);
        ids += direct.get(row).columns().kept().ids().length;
      }
    }
    assertTrue(ids > 1_000, "ids=" + ids);
  }

  @Test
  void shouldCarryAGroupWhosePathsAllVanished() {
    final TrajectoryTree tree =
        new TrajectoryTree(
            new TrajectoryTree.Origin("run", "g5", 0),
            new Task("t", "{}"),
            SamplingSettings.PLAIN,
            List.of(TrajectoryNode.prompt(new int[0])),
            List.of(),
            List.of());
    final TrajectoryGroup group = new TrajectoryGroup("g5", tree.task(), List.of(tree));
    final List<CreditedGroup> groups = List.of(new CreditedGroup(group, List.of()));

    final PackedGroup packed =
        new ArrowSegmentReader(folder)
            .packed(write(groups, SegmentForm.TREE_PACKED).name())
            .getFirst();
    final SegmentSeal flat = write(groups, SegmentForm.FLAT);

    assertEquals(1, packed.nodes().size());
    assertEquals(List.of(), packed.leaves());
    assertEquals(List.of(), new ArrowSegmentReader(folder).flat(flat.name()), "a row is a path");
  }

  @Test
  void shouldWriteTheSameBytesForTheSameGroups() {
    final List<CreditedGroup> groups = groups(3, 20);

    final SegmentSeal first = write(groups, SegmentForm.TREE_PACKED);
    final SegmentSeal second = write(groups, SegmentForm.TREE_PACKED);

    assertEquals("seg-000002", second.name());
    for (int i = 0; i < 2; i++) {
      assertEquals(first.files().get(i).content(), second.files().get(i).content());
    }
  }

  @Test
  void shouldLeaveNoSegmentWhenTheDiskIsFullAndWriteItLater() throws IOException {
    final List<CreditedGroup> groups = groups(4, 3);
    final SegmentSeal whole = write(groups, SegmentForm.TREE_PACKED);
    final ArrowSegmentReader reader = new ArrowSegmentReader(folder);
    final FaultyDisk disk = new FaultyDisk(0);
    try (ArrowSegmentWriter writer =
        new ArrowSegmentWriter(disk, folder, HEADER, SegmentForm.TREE_PACKED)) {
      for (long space = 0; space < whole.bytes(); space += whole.bytes() / 50) {
        disk.setSpaceBytes(space);
        assertThrows(DiskFullException.class, () -> writer.write(groups), "space=" + space);
        assertEquals(List.of("seg-000001"), reader.names(), "space=" + space);
      }
      disk.setSpaceBytes(Long.MAX_VALUE);
      writer.write(groups);
    }
    assertEquals(2, reader.names().size());
    try (Stream<Path> files = Files.list(folder)) {
      assertTrue(files.noneMatch(file -> file.toString().endsWith(".tmp")));
    }
  }

  @Test
  void shouldSweepAsideFilesAndNeverReuseANumber() throws IOException {
    Files.writeString(folder.resolve("seg-000007.leaves.arrow.tmp"), "half");
    Files.writeString(folder.resolve("seg-000007.nodes.arrow"), "whole, but its leaves are not");

    final SegmentSeal seal = write(groups(5, 1), SegmentForm.TREE_PACKED);

    assertEquals("seg-000008", seal.name());
    assertEquals(List.of("seg-000008"), new ArrowSegmentReader(folder).names());
  }

  @Test
  void shouldDeleteSegmentsThatWereNeverNoted() {
    final SegmentSeal noted = write(groups(5, 1), SegmentForm.TREE_PACKED);
    write(groups(6, 1), SegmentForm.TREE_PACKED);
    write(groups(7, 1), SegmentForm.FLAT);

    try (ArrowSegmentWriter writer =
        new ArrowSegmentWriter(folder, HEADER, SegmentForm.TREE_PACKED)) {
      assertEquals(3, writer.keepOnly(Set.of(noted.name())));
      assertEquals("seg-000004", writer.write(groups(8, 1)).name());
    }

    final ArrowSegmentReader reader = new ArrowSegmentReader(folder);
    assertEquals(List.of("seg-000001", "seg-000004"), reader.names());
    assertDoesNotThrow(() -> reader.check(noted));
  }

  @Test
  void shouldNoticeEveryFlippedBitByTheSealAndRefuseCutFiles() throws IOException {
    final SegmentSeal seal = write(groups(6, 3), SegmentForm.TREE_PACKED);
    final ArrowSegmentReader reader = new ArrowSegmentReader(folder);
    final Path file = folder.resolve(seal.files().get(1).file());
    final byte[] whole = Files.readAllBytes(file);
    final Random random = new Random(6);
    assertDoesNotThrow(() -> reader.check(seal));

    for (int i = 0; i < 1_000; i++) {
      final int bit = random.nextInt(whole.length * Byte.SIZE);
      final byte[] damaged = whole.clone();
      damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      Files.write(file, damaged);
      assertThrows(SegmentFormatException.class, () -> reader.check(seal), "seed=6 bit=" + bit);
      if (i % 10 == 0) {
        assertReadsOrRefuses(reader, seal.name());
      }
    }
    for (int size = 0; size < whole.length; size += 97) {
      Files.write(file, Arrays.copyOf(whole, size));
      assertThrows(SegmentFormatException.class, () -> reader.packed(seal.name()), "size=" + size);
    }
    Files.delete(file);
    assertThrows(SegmentFormatException.class, () -> reader.check(seal));
    assertThrows(StorageException.class, () -> reader.packed(seal.name()));
  }

  /** Without the seal a flipped token cannot be seen, but nothing worse may happen. */
  private static void assertReadsOrRefuses(final ArrowSegmentReader reader, final String name) {
    try {
      assertTrue(reader.packed(name).size() <= 3);
    } catch (final SegmentFormatException | StorageException e) {
      assertTrue(e.getMessage().contains(name), e.getMessage());
    }
  }

  private SegmentSeal write(final List<CreditedGroup> groups, final SegmentForm form) {
    return write(HEADER, groups, form);
  }

  private SegmentSeal write(
      final WireHeader header, final List<CreditedGroup> groups, final SegmentForm form) {
    try (ArrowSegmentWriter writer = new ArrowSegmentWriter(folder, header, form)) {
      return writer.write(groups);
    }
  }

  static List<CreditedGroup> groups(final long seed, final int count) {
    final RandomTrees source = new RandomTrees(seed);
    final List<CreditedGroup> groups = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      final TrajectoryGroup group = source.group(i);
      groups.add(
          new CreditedGroup(
              group, i % 4 == 0 ? List.of() : group.trees().stream().map(source::credit).toList()));
    }
    return groups;
  }

  private static void assertSameNode(final NodeRow a, final NodeRow b) {
    assertArrayEquals(a.columns().tokens(), b.columns().tokens());
    assertArrayEquals(a.columns().logprobs(), b.columns().logprobs());
    assertArrayEquals(a.columns().lossMask(), b.columns().lossMask());
    assertArrayEquals(a.columns().advantages(), b.columns().advantages());
    assertEquals(a.columns().versionRuns(), b.columns().versionRuns());
    assertEquals(a.columns().spans(), b.columns().spans());
    assertEquals(a.place(), b.place());
    assertEquals(a.origin(), b.origin());
    assertEquals(a.kind(), b.kind());
    assertEquals(a.share(), b.share());
    assertEquals(a.cached(), b.cached());
  }
}
