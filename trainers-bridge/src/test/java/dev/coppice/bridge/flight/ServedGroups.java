package dev.coppice.bridge.flight;

import dev.coppice.bridge.disk.Disk;
import dev.coppice.bridge.fixture.Headers;
import dev.coppice.bridge.fixture.RandomTrees;
import dev.coppice.bridge.outbox.Outbox;
import dev.coppice.bridge.outbox.OutboxLimits;
import dev.coppice.bridge.outbox.SealedGroup;
import dev.coppice.bridge.segment.ArrowSegmentWriter;
import dev.coppice.bridge.segment.SegmentForm;
import dev.coppice.bridge.segment.SegmentSeal;
import dev.coppice.bridge.segment.SegmentSource;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.WireHeader;
import dev.coppice.trajectory.TrajectoryGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An outbox in a folder with groups of random trees, and the services that offer them. */
final class ServedGroups implements AutoCloseable {
  static final long SEED = 57;
  static final OutboxLimits LIMITS = new OutboxLimits(1000, 1);
  static final WireHeader HEADER = Headers.of("scripted", "tree-grpo");

  final Outbox outbox;
  final SegmentSource segments;
  final ScriptedSource source = new ScriptedSource();
  final Map<Long, CreditedGroup> groups = new HashMap<>();
  private final ArrowSegmentWriter writer;

  ServedGroups(final Path folder) {
    this(Disk.LOCAL, folder);
  }

  ServedGroups(final Disk disk, final Path folder) {
    outbox = Outbox.open(disk, folder.resolve("bridge.log"), LIMITS);
    final Path trajectories = folder.resolve("trajectories");
    writer = new ArrowSegmentWriter(disk, trajectories, HEADER, SegmentForm.TREE_PACKED);
    segments = new SegmentSource(trajectories, HEADER);
  }

  BridgeServer.Parts parts() {
    return new BridgeServer.Parts(outbox, LIMITS, source, segments);
  }

  static BridgeSettings open() {
    return new BridgeSettings("127.0.0.1", 0, 1 << 20, 4, BridgeSettings.Access.OPEN);
  }

  /** Seals so many groups in one segment. */
  SegmentSeal seal(final int count) throws InterruptedException {
    final RandomTrees trees = new RandomTrees(SEED + groups.size());
    final List<CreditedGroup> sealed = new ArrayList<>();
    final List<SealedGroup> notes = new ArrayList<>();
    final long first = outbox.submitNext("seal-" + groups.size(), count, 5).first();
    for (long number = first; number < first + count; number++) {
      outbox.issue(0);
      final TrajectoryGroup group = trees.group(number);
      final CreditedGroup credited =
          new CreditedGroup(group, group.trees().stream().map(trees::credit).toList());
      groups.put(number, credited);
      sealed.add(credited);
      notes.add(new SealedGroup(number, 0));
    }
    final SegmentSeal seal = writer.writeTogether(sealed);
    outbox.seal(seal, notes);
    return seal;
  }

  @Override
  public void close() {
    writer.close();
    outbox.close();
  }
}
