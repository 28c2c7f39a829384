package dev.coppice.app.run;

import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.GroupScan;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.StoredGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Makes runs that need neither a model nor data: sums in GSM8K's form, solved by their script. */
public final class ReplayRuns {
  private ReplayRuns() {}

  /** Writes problems and returns a configuration that replays their solutions. */
  public static RunConfig config(final Path folder, final int count) throws IOException {
    return loader(folder, count).load();
  }

  /** Writes problems and returns a loader that may still be overridden. */
  public static ConfigLoader loader(final Path folder, final int count) throws IOException {
    final StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines.append(
          String.format(
              "{\"question\":\"How much is %d and 7, twice?\",\"answer\":\"It is %d+7=<<%d+7=%d>>%d"
                  + " once.\\nSo %d*2=<<%d*2=%d>>%d twice.\\n#### %d\"}%n",
              i, i, i, i + 7, i + 7, i + 7, i + 7, 2 * (i + 7), 2 * (i + 7), 2 * (i + 7)));
    }
    final Path data = Files.writeString(folder.resolve("sums.jsonl"), lines);
    return new ConfigLoader()
        .override("model.policy", "replay")
        .override("task.environment", "gsm8k")
        .override("task.path", data.toString())
        .override("task.count", "" + count)
        .override("run.arms", "chain,fixed")
        .override("tree.fixed.places", "1:2")
        .override("tree.trees", "2")
        .override("run.out", folder.resolve("runs").toString());
  }

  /** Runs a configuration from the start. */
  public static RolloutJob.Outcome run(final RunConfig config) throws InterruptedException {
    try (RunResources resources = RunResources.open(config)) {
      final RolloutJob job = new RolloutJob(config, resources, RunProgress.NONE);
      return job.run(job.prepare(Path.of(config.run().out())));
    }
  }

  /** Goes on with a run. */
  public static RolloutJob.Outcome resume(final RunFolder folder) throws InterruptedException {
    final RunConfig config = RolloutJob.configOf(folder);
    try (RunResources resources = RunResources.open(config)) {
      return new RolloutJob(config, resources, RunProgress.NONE).run(folder);
    }
  }

  /** Returns all tokens of a run by arm and group, times left out. */
  public static Map<String, String> tokens(final RunFolder folder) {
    final Map<String, String> tokens = new TreeMap<>();
    try (GroupScan scan = new GroupScan(folder.traces())) {
      for (StoredGroup group = scan.next(); group != null; group = scan.next()) {
        final StringBuilder text = new StringBuilder();
        for (final TrajectoryTree tree : group.trajectories()) {
          for (final TrajectoryNode node : tree.nodes()) {
            text.append(node.parent()).append(Arrays.toString(node.tokens())).append(';');
          }
          tree.leaves().forEach(leaf -> text.append(leaf.node()).append(leaf.reward()));
        }
        tokens.put(group.arm() + " " + group.id(), text.toString());
      }
    }
    return tokens;
  }
}
