package dev.coppice.app.explorer.index;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.app.outcome.Outcomes;
import dev.coppice.app.report.DistinctKeys;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.BranchDecision;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/** Sums a group up in one line of JSON: a row of the table of groups. */
final class GroupRow {
  private GroupRow() {}

  static ObjectNode of(final int index, final ShownGroup shown) {
    final TrajectoryGroup group = shown.group();
    final ObjectNode row = PlainJson.MAPPER.createObjectNode();
    row.put("i", index).put("arm", shown.arm()).put("group", group.id());
    row.put("n", shown.number()).put("task", group.task().id());
    row.put("trees", group.trees().size()).put("leaves", group.leafCount());
    row.put("draws", group.drawCount());
    rewards(row, group);
    long computed = 0;
    for (final TreeLedger ledger : shown.ledgers()) {
      computed += ledger.computedTokens();
    }
    row.put("computed", computed);
    outcomes(row, group);
    nodes(row, group);
    final TrajectoryGroup.Sizing sizing = group.sizing();
    if (!sizing.isUniform()) {
      row.put("allocation", sizing.allocation());
    }
    if (!sizing.kept()) {
      row.put("kept", false);
    }
    return row;
  }

  /** The mean is weighted by paths within a tree and by draws over trees, as in the report. */
  private static void rewards(final ObjectNode row, final TrajectoryGroup group) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    double sum = 0;
    double draws = 0;
    int solved = 0;
    final Set<String> distinct = new HashSet<>();
    for (final TrajectoryTree tree : group.trees()) {
      double mass = 0;
      double weighted = 0;
      for (final Leaf leaf : tree.leaves()) {
        distinct.add(DistinctKeys.actionSequence(tree, leaf));
        if (leaf.isScored()) {
          final double weight = tree.pathWeight(leaf.node());
          mass += weight;
          weighted += weight * leaf.reward();
          least = Math.min(least, leaf.reward());
          most = Math.max(most, leaf.reward());
          solved += leaf.reward() >= 1 ? leaf.draws() : 0;
        }
      }
      if (mass > 0) {
        sum += tree.draws() * weighted / mass;
        draws += tree.draws();
      }
    }
    PlainJson.put(row, "reward", draws > 0 ? sum / draws : Double.NaN);
    PlainJson.put(row, "min", least);
    PlainJson.put(row, "max", most);
    row.put("mixed", most > least).put("solved", solved).put("distinct", distinct.size());
  }

  private static void outcomes(final ObjectNode row, final TrajectoryGroup group) {
    final Outcomes outcomes = new Outcomes();
    group.trees().forEach(outcomes::add);
    PlainJson.put(row, "statuses", outcomes.statuses());
    PlainJson.put(row, "stops", outcomes.stops());
    PlainJson.put(row, "calls", outcomes.calls());
    PlainJson.put(row, "tools", outcomes.tools());
    PlainJson.put(row, "failures", outcomes.failures());
    final ObjectNode components = row.putObject("components");
    outcomes.components().forEach((name, mean) -> PlainJson.put(components, name, mean.mean()));
    row.put("truncated", outcomes.truncated()).put("errors", outcomes.callErrors());
    PlainJson.put(row, "sampled", outcomes.sampled().mean());
    PlainJson.put(row, "longest", outcomes.context().most());
  }

  private static void nodes(final ObjectNode row, final TrajectoryGroup group) {
    final TreeSet<Integer> versions = new TreeSet<>();
    final TreeSet<String> policies = new TreeSet<>();
    int forks = 0;
    int right = 0;
    int known = 0;
    for (final TrajectoryTree tree : group.trees()) {
      for (final TrajectoryNode node : tree.nodes()) {
        node.versionRuns().forEach(run -> versions.add(run.version()));
        final BranchDecision branch = node.branch();
        if (branch != null && branch.children() > 1) {
          policies.add(branch.policy());
        }
        forks += tree.childCount(node.id()) > 1 ? 1 : 0;
      }
      for (final ToolCall call : tree.calls()) {
        known += call.correct() == null ? 0 : 1;
        right += Boolean.TRUE.equals(call.correct()) ? 1 : 0;
      }
    }
    row.put("forks", forks).put("right", right).put("judged", known);
    row.put("v0", versions.isEmpty() ? 0 : versions.getFirst());
    row.put("v1", versions.isEmpty() ? 0 : versions.getLast());
    policies.forEach(row.withArray("policies")::add);
  }
}
