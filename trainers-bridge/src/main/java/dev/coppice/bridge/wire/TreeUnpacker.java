package dev.coppice.bridge.wire;

import dev.coppice.draw.Division;
import dev.coppice.trajectory.BranchDecision;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes the trees of a packed group again, so that a trainer can give it another credit.
 *
 * <p>Tokens, draws, path weights and outcomes are those that were packed. What the wire does not carry is
 * missing: tool calls, digests of states, step rewards, the task's text and the sampling settings.
 *
 * @cost O(nodes + tokens), and for each node the rows up to its first child.
 */
public final class TreeUnpacker {
  private static final Task UNKNOWN = new Task("unknown", "{}");
  private static final float[] NOT_SAMPLED = {};

  private final PackedGroup packed;
  private final Division division;
  private final Map<Integer, List<TrajectoryNode>> nodes = new TreeMap<>();
  private final Map<Integer, List<Leaf>> leaves = new HashMap<>();

  private TreeUnpacker(final PackedGroup packed, final Division division) {
    this.packed = packed;
    this.division = division;
  }

  /**
   * Unpacks a group.
   *
   * @param packed group with at least one path.
   * @param division of its draws, which the wire does not tell.
   * @return the trees in their order, sharing the arrays of the rows.
   */
  public static TrajectoryGroup unpack(final PackedGroup packed, final Division division) {
    final TreeUnpacker unpacker = new TreeUnpacker(packed, division);
    packed.nodes().forEach(unpacker::addNode);
    packed.leaves().forEach(unpacker::addLeaf);
    return unpacker.group();
  }

  private void addNode(final NodeRow row) {
    final int tree = row.origin().tree();
    final int source = row.origin().source();
    final List<TrajectoryNode> own = nodes.computeIfAbsent(tree, place -> new ArrayList<>());
    if (source == 0) {
      own.add(node(row, new Place(tree, row.origin().treeDraws(), Link.ROOT)));
      return;
    }
    final NodeRow parent = packed.nodes().get(row.place().parent());
    if (own.isEmpty()) {
      // The prompt stands in an earlier tree's row.
      own.add(node(parent, new Place(tree, row.origin().treeDraws(), Link.ROOT)));
    }
    final int above = parent.origin().tree() == tree ? parent.origin().source() : 0;
    own.add(node(row, new Place(tree, row.share().draws(), new Link(source, above))));
  }

  /** Says where a row's node stands in a tree of its own, and for how many draws. */
  private record Place(int tree, int draws, Link link) {}

  private record Link(int id, int parent) {
    static final Link ROOT = new Link(0, -1);
  }

  private TrajectoryNode node(final NodeRow row, final Place at) {
    final boolean sampled = row.kind().isSampled();
    final List<TrajectoryNode.VersionRun> runs = new ArrayList<>();
    for (final VersionRun run : row.columns().versionRuns()) {
      if (sampled) {
        runs.add(new TrajectoryNode.VersionRun(run.version(), run.length()));
      }
    }
    return new TrajectoryNode(
        at.link.id,
        at.link.parent,
        row.kind(),
        row.columns().tokens(),
        sampled ? row.columns().logprobs() : NOT_SAMPLED,
        row.columns().spans(),
        runs,
        row.cached().kvVersion(),
        row.cached().tokens(),
        null,
        decision(row, at),
        0.0,
        Span.NO_CALL,
        at.draws,
        row.origin().marks(),
        sampled ? row.columns().kept() : TrajectoryNode.Kept.NONE);
  }

  /** Finds by the share of a child how many children a node was given, cut ones included. */
  private BranchDecision decision(final NodeRow row, final Place at) {
    for (int i = row.place().node() + 1; i < packed.nodes().size(); i++) {
      final NodeRow child = packed.nodes().get(i);
      if (child.place().parent() == row.place().node() && child.origin().tree() == at.tree) {
        final double family =
            child.share().draws() * (double) row.share().pathWeight() / child.share().pathWeight();
        final int children = (int) Math.max(1, Math.round(family / at.draws));
        return children == 1 ? null : new BranchDecision("wire", children, 0);
      }
    }
    return null;
  }

  private void addLeaf(final LeafRow row) {
    final NodeRow last = packed.nodes().get(row.place().node());
    final int node = last.origin().tree() == row.place().tree() ? last.origin().source() : 0;
    final Map<String, Double> components = new HashMap<>();
    row.outcome().components().forEach((name, value) -> components.put(name, (double) value));
    leaves
        .computeIfAbsent(row.place().tree(), place -> new ArrayList<>())
        .add(
            new Leaf(
                node,
                row.outcome().status(),
                StopReason.ofWireName(row.outcome().stop()),
                row.outcome().reward(),
                components,
                null,
                null,
                row.draws()));
  }

  private TrajectoryGroup group() {
    final String name = packed.leaves().getFirst().place().groupName();
    final List<TrajectoryTree> trees = new ArrayList<>();
    nodes.forEach(
        (place, own) ->
            trees.add(
                new TrajectoryTree(
                    new TrajectoryTree.Origin("wire", name, place, division),
                    UNKNOWN,
                    SamplingSettings.PLAIN,
                    own,
                    List.of(),
                    leaves.getOrDefault(place, List.of()))));
    return new TrajectoryGroup(name, UNKNOWN, trees);
  }
}
