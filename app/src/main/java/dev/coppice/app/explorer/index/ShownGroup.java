package dev.coppice.app.explorer.index;

import dev.coppice.app.folder.StoredGroup;
import dev.coppice.app.folder.StoredTree;
import dev.coppice.bridge.trace.Trace;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.TreeUnpacker;
import dev.coppice.draw.Division;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds a group in memory while it is summed up or shown.
 *
 * @param arm of the run.
 * @param number of the group in its arm.
 * @param group as estimators take it.
 * @param traces one per tree; those of a served group know no calls and no stored credit.
 * @param ledgers one per tree, in order.
 */
public record ShownGroup(
    String arm, long number, TrajectoryGroup group, List<Trace> traces, List<TreeLedger> ledgers) {
  /** Copies the lists. */
  public ShownGroup {
    traces = List.copyOf(traces);
    ledgers = List.copyOf(ledgers);
  }

  /** Takes a group of a trace file. */
  static ShownGroup of(final StoredGroup stored) {
    return new ShownGroup(
        stored.arm(),
        stored.number(),
        stored.group(),
        stored.trees().stream().map(StoredTree::trace).toList(),
        stored.ledgers());
  }

  /** Takes a group of a segment, which has no ledger: what its tokens say is computed. */
  static ShownGroup of(final PackedGroup packed) {
    final TrajectoryGroup group = TreeUnpacker.unpack(packed, Division.INDEPENDENT);
    final List<Trace> traces = new ArrayList<>();
    final List<TreeLedger> ledgers = new ArrayList<>();
    for (final TrajectoryTree tree : group.trees()) {
      traces.add(new Trace(tree, List.of()));
      long decoded = 0;
      long prefilled = 0;
      for (final TrajectoryNode node : tree.nodes()) {
        decoded += node.kind().isSampled() ? node.length() : 0;
        prefilled += node.kind() == NodeKind.OBSERVATION ? node.length() : 0;
      }
      ledgers.add(new TreeLedger(prefilled, 0, decoded, 0, 0, 0, 0));
    }
    final long number = packed.leaves().getFirst().place().group();
    return new ShownGroup("serve", number, group, traces, ledgers);
  }
}
