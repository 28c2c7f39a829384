package dev.coppice.bench.kvcache;

import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.nio.file.Path;
import java.util.TreeMap;

/**
 * Grows the trees of a run again in the cache, a token a step, and tells how much more is held than
 * the ideal tree, which keeps every distinct token of the open branches once.
 *
 * <p>The ratio is {@code sum of live blocks times S over sum of distinct tokens}, over all steps of
 * all trees of an arm; beside it the same where most is held.
 *
 * @unit tokens.
 */
public final class HeldOverIdeal {
  private static final int[] BLOCK_TOKENS = {1, 2, 4, 8, 16, 32};

  private HeldOverIdeal() {}

  /**
   * Measures the trees of runs.
   *
   * @param folders of runs.
   */
  public static void main(final String[] folders) {
    if (folders.length == 0) {
      System.err.println("usage: ./coppice bench held-over-ideal RUN [RUN ...]");
      System.exit(2);
    }
    for (final String folder : folders) {
      final RunFolder run = RunFolder.find(Path.of(folder));
      System.out.println(run.root().getFileName());
      for (final int size : BLOCK_TOKENS) {
        new TreeMap<>(measure(run, size))
            .forEach(
                (arm, tally) ->
                    System.out.printf("  %-10s S = %2d  %s%n", arm, size, tally.summary()));
      }
    }
  }

  private static TreeMap<String, RegrownTree.Tally> measure(final RunFolder run, final int size) {
    final TreeMap<String, RegrownTree.Tally> tallies = new TreeMap<>();
    try (GroupScan scan = new GroupScan(run.traces())) {
      for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
        final RegrownTree.Tally tally =
            tallies.computeIfAbsent(group.arm(), arm -> new RegrownTree.Tally());
        for (final TrajectoryTree tree : group.trajectories()) {
          new RegrownTree(tree, size).grow(tally);
        }
      }
    }
    return tallies;
  }
}
