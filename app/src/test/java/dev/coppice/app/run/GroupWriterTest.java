package dev.coppice.app.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.TreeSamples;
import dev.coppice.app.TreeSamples.End;
import dev.coppice.app.advantage.BrokenEstimator;
import dev.coppice.app.advantage.CreditAssigner;
import dev.coppice.app.advantage.CreditInOrder;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.GroupScan;
import dev.coppice.bridge.disk.Disk;
import dev.coppice.bridge.disk.DiskFullException;
import dev.coppice.bridge.fixture.FaultyDisk;
import dev.coppice.bridge.trace.TraceFile;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.GroupResult;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GroupWriterTest {
  private static final int GROUPS = 40;

  @TempDir private Path folder;

  private static GroupResult result(final int index) {
    final String id = "g" + index;
    final List<End> ends = List.of(new End("1+" + index, "2", 1), new End("2+2", "4", 0));
    final List<TrajectoryTree> trees =
        List.of(TreeSamples.tree("tree", id, 0, 5, ends), TreeSamples.tree("tree", id, 1, 6, ends));
    return new GroupResult(
        new GroupRequest(id, index, index),
        new TrajectoryGroup(id, trees.getFirst().task(), trees),
        trees.stream().map(TreeSamples::ledger).toList());
  }

  private GroupWriter writer(final TraceFile file, final SegmentSink sink) {
    final CreditInOrder credit = new CreditInOrder(CreditAssigner.of(RunConfig.DEFAULT), 4);
    final GroupWriter writer =
        new GroupWriter("tree", file, credit, result -> result, sink, RunProgress.NONE);
    writer.start(0, 0);
    return writer;
  }

  private SegmentSink sink() throws Exception {
    final RunConfig config = ReplayRuns.config(folder, 1);
    try (RunResources resources = RunResources.open(config)) {
      return new SegmentSink(folder.resolve("trajectories"), "test/tree", resources, config);
    }
  }

  private int groupsInFile() {
    int count = 0;
    try (GroupScan scan = new GroupScan(folder.resolve("traces.jsonl"))) {
      while (scan.next() != null) {
        count++;
      }
      assertEquals(0, scan.tornBytes());
    }
    return count;
  }

  @Test
  void shouldKeepEveryGroupWithItsCredit() throws Exception {
    final SessionSums sums;
    try (SegmentSink sink = sink();
        TraceFile file = TraceFile.open(folder.resolve("traces.jsonl"), 0)) {
      final GroupWriter writer = writer(file, sink);
      for (int i = 0; i < GROUPS; i++) {
        writer.onGroup(result(i));
      }
      sums = writer.finish();
    }

    assertEquals(GROUPS, groupsInFile());
    assertEquals(GROUPS * (4L + 5 + 20 + 4 + 6 + 20), sums.computed());
    try (GroupScan scan = new GroupScan(folder.resolve("traces.jsonl"))) {
      assertEquals(2, scan.next().trees().getFirst().trace().credit().size());
    }
  }

  @Test
  void shouldStopAtAFullDiskWithWholeGroupsAlone() throws Exception {
    final Disk disk = new FaultyDisk(400_000);
    try (SegmentSink sink = sink();
        TraceFile file = TraceFile.open(disk, folder.resolve("traces.jsonl"), 0)) {
      final GroupWriter writer = writer(file, sink);

      final DiskFullException full =
          assertThrows(
              DiskFullException.class,
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  writer.onGroup(result(i));
                }
                writer.finish();
              });

      assertTrue(full.getMessage().startsWith("disk is full"), full.getMessage());
    }
    assertTrue(groupsInFile() > 0, "what was finished stays");
  }

  @Test
  void shouldTellAnErrorOfItsThreadToWhoeverWaits() throws Exception {
    final CreditInOrder credit =
        new CreditInOrder(new CreditAssigner(List.of(new BrokenEstimator())), 4);
    try (SegmentSink sink = sink();
        TraceFile file = TraceFile.open(folder.resolve("traces.jsonl"), 0)) {
      final GroupWriter writer =
          new GroupWriter("tree", file, credit, result -> result, sink, RunProgress.NONE);
      writer.start(0, 0);

      final IllegalStateException told =
          assertThrows(
              IllegalStateException.class,
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  writer.onGroup(result(i));
                }
                writer.finish();
              });

      assertTrue(told.getMessage().contains("too deep"), told.getMessage());
      assertTrue(told.getCause() instanceof StackOverflowError, told::toString);
    }
  }
}
