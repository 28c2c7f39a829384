package dev.coppice.bridge.wire;

import dev.coppice.trajectory.TrajectoryNode;
import java.util.List;

/**
 * Says which weights sampled a run of tokens.
 *
 * @param version of the weights, or {@link #NOT_SAMPLED}.
 * @param length of the run in tokens.
 */
public record VersionRun(int version, int length) {
  /** Stands for tokens that no weights sampled: prompts and observations. */
  public static final int NOT_SAMPLED = -1;

  /** The runs of one node, of every kind. */
  static List<VersionRun> of(final TrajectoryNode node) {
    if (!node.kind().isSampled()) {
      return node.length() == 0 ? List.of() : List.of(new VersionRun(NOT_SAMPLED, node.length()));
    }
    return node.versionRuns().stream()
        .map(run -> new VersionRun(run.version(), run.length()))
        .toList();
  }
}
