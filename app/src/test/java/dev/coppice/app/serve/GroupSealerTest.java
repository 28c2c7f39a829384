package dev.coppice.app.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.advantage.BrokenEstimator;
import dev.coppice.app.advantage.CreditAssigner;
import dev.coppice.app.advantage.CreditInOrder;
import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.bridge.disk.Disk;
import dev.coppice.bridge.fixture.FaultyDisk;
import dev.coppice.bridge.fixture.Headers;
import dev.coppice.bridge.outbox.Outbox;
import dev.coppice.bridge.outbox.OutboxLimits;
import dev.coppice.bridge.segment.ArrowSegmentWriter;
import dev.coppice.bridge.segment.SegmentForm;
import dev.coppice.bridge.wire.WireHeader;
import dev.coppice.credit.Estimators;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupSealerTest {
  private static final WireHeader HEADER = Headers.of("none", "grpo");

  private final List<String> logged = new CopyOnWriteArrayList<>();

  @TempDir private Path folder;

  private static GroupResult result(final int number, final double reward, final float logprob) {
    final Task task = new Task("task/0", "{}");
    final TrajectoryNode answer =
        new TrajectoryNode(
            1,
            0,
            NodeKind.ACTION,
            new int[] {5},
            new float[] {logprob},
            List.of(),
            TrajectoryNode.VersionRun.all(0, 1),
            0,
            0,
            null,
            null,
            0.0,
            -1);
    final Leaf leaf =
        new Leaf(1, LeafStatus.COMPLETED, StopReason.EOS, reward, Map.of(), null, null);
    final TrajectoryTree tree =
        new TrajectoryTree(
            new TrajectoryTree.Origin("run", "g" + number, 0),
            task,
            SamplingSettings.PLAIN,
            List.of(TrajectoryNode.prompt(new int[] {1, 2}), answer),
            List.of(),
            List.of(leaf));
    return new GroupResult(
        new GroupRequest("g" + number, number, 0),
        new TrajectoryGroup("g" + number, task, List.of(tree)),
        List.of(new TreeLedger(2, 0, 1, 0, 0, 0, 0)));
  }

  private static void await(final BooleanSupplier condition) {
    final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadlineNs < 0, "it did not come about in 30 s");
      Thread.onSpinWait();
    }
  }

  private Outbox issued(final int count) throws InterruptedException {
    final Outbox outbox = Outbox.open(folder.resolve("bridge.log"), new OutboxLimits(10, 1));
    outbox.submitNext("request", count, 1);
    for (int i = 0; i < count; i++) {
      outbox.issue(0);
    }
    return outbox;
  }

  private GroupSealer sealer(final Outbox outbox, final ArrowSegmentWriter writer) {
    final CreditInOrder credit =
        new CreditInOrder(new CreditAssigner(List.of(Estimators.create("grpo", Map.of()))), 4);
    return sealer(outbox, writer, credit, 1_000_000);
  }

  private GroupSealer sealer(
      final Outbox outbox,
      final ArrowSegmentWriter writer,
      final CreditInOrder credit,
      final long bytes) {
    return new GroupSealer(
        outbox,
        writer,
        credit,
        result -> result,
        new GroupSealer.Limits(2, 1_000_000, bytes),
        logged::add);
  }

  private ArrowSegmentWriter writer(final Disk disk) {
    return new ArrowSegmentWriter(
        disk, folder.resolve("trajectories"), HEADER, SegmentForm.TREE_PACKED);
  }

  @Test
  void shouldKeepTheTreesOfSealedGroupsUpToTheSizeGiven() throws Exception {
    final Path path = folder.resolve("traces.jsonl");
    try (Outbox outbox = issued(4);
        ArrowSegmentWriter writer = writer(Disk.LOCAL);
        ServedTraces traces = ServedTraces.of(path, "tree", 1, logged::add)) {
      final GroupSealer sealer = sealer(outbox, writer);
      sealer.keepIn(traces);
      sealer.start();
      sealer.onGroup(result(0, 1.0, -0.5f));
      sealer.onGroup(result(1, Double.NaN, -0.5f));
      sealer.onGroup(result(2, 1.0, Float.NaN));
      sealer.onGroup(result(3, 0.0, -0.5f));
      sealer.end();
      assertNull(sealer.failure());
    }
    final List<String> groups = new ArrayList<>();
    try (GroupScan scan = new GroupScan(path)) {
      for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
        groups.add(group.arm() + " " + group.id());
        assertEquals(1, group.trees().getFirst().trace().credit().size());
      }
    }
    assertEquals(List.of("tree g0", "tree g3"), groups);
    assertEquals(2, Files.readAllLines(path).size());

    Files.writeString(path, "x".repeat(1024 * 1024) + "\n");
    try (ServedTraces full = ServedTraces.of(path, "tree", 1, logged::add)) {
      full.take(7, result(7, 1.0, -0.5f), List.of(List.of()));
      full.sealed(List.of(7L));
    }
    assertEquals(1024 * 1024 + 1, Files.size(path));
    assertNull(ServedTraces.of(folder.resolve("none.jsonl"), "tree", 0, logged::add));
  }

  @Test
  void shouldEndEveryGroupInExactlyOneWay() throws Exception {
    try (Outbox outbox = issued(4);
        ArrowSegmentWriter writer = writer(Disk.LOCAL)) {
      final GroupSealer sealer = sealer(outbox, writer);
      sealer.start();
      sealer.onGroup(result(0, 1.0, -0.5f));
      sealer.onGroup(result(1, Double.NaN, -0.5f));
      sealer.onGroup(result(2, 1.0, Float.NaN));
      sealer.onGroup(result(3, 0.0, -0.5f));
      sealer.end();

      assertNull(sealer.failure());
      assertEquals(2, outbox.counts().sealed());
      assertEquals(Map.of("unscored", 1L), outbox.counts().dropped());
      assertEquals(Map.of("unpackable", 1L), outbox.counts().quarantined());
    }
  }

  @Test
  void shouldHoldGroupsWhileTheDiskIsFullAndLoseNone() throws Exception {
    final FaultyDisk disk = new FaultyDisk(0);
    try (Outbox outbox = issued(2);
        ArrowSegmentWriter writer = writer(disk)) {
      final GroupSealer sealer = sealer(outbox, writer);
      sealer.start();
      sealer.onGroup(result(0, 1.0, -0.5f));
      sealer.onGroup(result(1, 1.0, -0.5f));
      await(sealer::isFull);
      assertEquals(2, outbox.counts().inFlight());

      disk.setSpaceBytes(Long.MAX_VALUE);
      await(() -> outbox.counts().sealed() == 2);

      sealer.end();
      assertNull(sealer.failure());
    }
  }

  @Test
  void shouldNameTheGroupAndTheKeyWhereOneIsTooLarge() throws Exception {
    final CreditInOrder credit =
        new CreditInOrder(new CreditAssigner(List.of(Estimators.create("grpo", Map.of()))), 4);
    try (Outbox outbox = issued(1);
        ArrowSegmentWriter writer = writer(Disk.LOCAL)) {
      final GroupSealer sealer = sealer(outbox, writer, credit, 8);
      sealer.start();
      sealer.onGroup(result(0, 1.0, -0.5f));
      await(() -> outbox.counts().quarantined().containsKey("too-large"));

      sealer.end();
      assertTrue(logged.getFirst().startsWith("group 0 is quarantined"), logged.toString());
      assertTrue(logged.getFirst().contains("bridge.max-message-mib"), logged.toString());
    }
  }

  @Test
  void shouldTellAnErrorOfItsThread() throws Exception {
    final CreditInOrder credit =
        new CreditInOrder(new CreditAssigner(List.of(new BrokenEstimator())), 4);
    try (Outbox outbox = issued(1);
        ArrowSegmentWriter writer = writer(Disk.LOCAL)) {
      final GroupSealer sealer = sealer(outbox, writer, credit, 1_000_000);
      sealer.start();
      sealer.onGroup(result(0, 1.0, -0.5f));
      await(() -> sealer.failure() != null);

      sealer.end();
      assertTrue(sealer.failure().getCause() instanceof StackOverflowError);
    }
  }
}
