package dev.coppice.app.view;

import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunState;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Chooses a few groups worth looking at: those whose outcomes differ in the last arm, and the same
 * tasks in every other.
 *
 * @cost two passes over the traces; keeps the chosen groups alone.
 */
final class SelectedGroups {
  private static final int MOST = 3;

  private SelectedGroups() {}

  /** Returns the chosen groups by id, in the order of the arms. */
  static Map<String, List<StoredGroup>> of(final RunFolder run) {
    final String last = RunState.load(run.ledger()).arms().getLast().arm();
    final List<String> mixed = new ArrayList<>();
    final List<String> others = new ArrayList<>();
    try (GroupScan scan = new GroupScan(run.traces())) {
      for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
        if (group.arm().equals(last)) {
          (isMixed(group) ? mixed : others).add(group.id());
        }
      }
    }
    mixed.addAll(others);
    final List<String> chosen = mixed.subList(0, Math.min(MOST, mixed.size()));
    final Map<String, List<StoredGroup>> shown = new LinkedHashMap<>();
    chosen.forEach(id -> shown.put(id, new ArrayList<>()));
    try (GroupScan scan = new GroupScan(run.traces())) {
      for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
        if (shown.containsKey(group.id())) {
          shown.get(group.id()).add(group);
        }
      }
    }
    return shown;
  }

  private static boolean isMixed(final StoredGroup group) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (final TrajectoryTree tree : group.trajectories()) {
      for (final Leaf leaf : tree.leaves()) {
        if (leaf.isScored()) {
          least = Math.min(least, leaf.reward());
          most = Math.max(most, leaf.reward());
        }
      }
    }
    return most > least;
  }
}
