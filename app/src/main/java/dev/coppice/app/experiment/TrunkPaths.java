package dev.coppice.app.experiment;

import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Holds the places of the trunks' paths.
 *
 * @param forks the path up to its place, by group; groups without one are left out.
 * @param problems that have a path with a place.
 */
record TrunkPaths(TreeMap<Long, ForkPath> forks, int problems) {
  /** Reads the paths of a trunk's run. */
  static TrunkPaths read(
      final RunFolder folder, final ForkPlace place, final Map<Long, Integer> decisions) {
    final TreeMap<Long, ForkPath> forks = new TreeMap<>();
    final Set<String> problems = new HashSet<>();
    try (GroupScan scan = new GroupScan(folder.traces())) {
      for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
        final TrajectoryTree tree = group.trajectories().getFirst();
        final ForkPath path = place.find(tree, decisions.getOrDefault(group.number(), -1));
        if (path != null) {
          forks.put(group.number(), path);
          problems.add(tree.task().id());
        }
      }
    }
    return new TrunkPaths(forks, problems.size());
  }
}
