package dev.coppice.app;

import dev.coppice.draw.Division;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.BranchDecision;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes small trees whose figures can be told by hand. */
public final class TreeSamples {
  private TreeSamples() {}

  /** Says how one branch ends: what it called, what it answered, what it earned. */
  public record End(String call, String answer, double reward) {}

  /**
   * Grows a tree: a prompt of 4 tokens, a trunk of {@code trunk} tokens, then one branch of 10
   * tokens per end.
   */
  public static TrajectoryTree tree(
      final String arm,
      final String group,
      final int place,
      final int trunk,
      final List<End> ends) {
    final List<TrajectoryNode> nodes = new ArrayList<>();
    final List<ToolCall> calls = new ArrayList<>();
    final List<Leaf> leaves = new ArrayList<>();
    nodes.add(TrajectoryNode.prompt(new int[] {1, 2, 3, 4}));
    nodes.add(
        new TrajectoryNode(
            1,
            0,
            NodeKind.ACTION,
            new int[trunk],
            new float[trunk],
            List.of(),
            TrajectoryNode.VersionRun.all(0, trunk),
            0,
            0,
            "s",
            ends.size() > 1 ? new BranchDecision("fixed", ends.size(), 0) : null,
            0,
            Span.NO_CALL));
    for (final End end : ends) {
      final int id = nodes.size();
      final int[] tokens = new int[10];
      java.util.Arrays.fill(tokens, end.call().hashCode() & 0xff);
      tokens[9] = String.valueOf(end.answer()).hashCode() & 0xff;
      nodes.add(TrajectoryNode.action(id, 1, tokens, new float[10]));
      calls.add(
          new ToolCall(
              calls.size(), id, "calculator", end.call(), ToolCall.Status.OK, null, 1, "real"));
      leaves.add(
          new Leaf(
              id,
              LeafStatus.COMPLETED,
              StopReason.ANSWER,
              end.reward(),
              Map.of("answer", end.reward()),
              end.answer(),
              null));
    }
    return new TrajectoryTree(
        new TrajectoryTree.Origin("test/" + arm, group, place),
        new Task("toy/" + group, "{}"),
        SamplingSettings.PLAIN,
        nodes,
        calls,
        leaves);
  }

  /** Copies a tree of {@link #tree} without its fork, as chains that part after the trunk. */
  public static TrajectoryTree coalesced(final TrajectoryTree tree, final int... drawsOfLeaves) {
    final int all = java.util.Arrays.stream(drawsOfLeaves).sum();
    final List<TrajectoryNode> nodes = new ArrayList<>();
    final List<Leaf> leaves = new ArrayList<>();
    for (final TrajectoryNode node : tree.nodes()) {
      final int draws = node.id() < 2 ? all : drawsOfLeaves[node.id() - 2];
      final TrajectoryNode plain =
          node.kind() == NodeKind.PROMPT
              ? node
              : TrajectoryNode.action(node.id(), node.parent(), node.tokens(), node.logprobs());
      nodes.add(plain.with(draws, Set.of()));
    }
    for (final Leaf leaf : tree.leaves()) {
      leaves.add(
          new Leaf(
              leaf.node(),
              leaf.status(),
              leaf.stop(),
              leaf.reward(),
              leaf.components(),
              leaf.answer(),
              leaf.failure(),
              drawsOfLeaves[leaf.node() - 2]));
    }
    return new TrajectoryTree(
        new TrajectoryTree.Origin(tree.run(), tree.group(), tree.tree()),
        tree.task(),
        tree.sampling(),
        nodes,
        tree.calls(),
        leaves);
  }

  /** Returns what a tree made by {@link #tree} costs when nothing is wasted. */
  public static TreeLedger ledger(final TrajectoryTree tree) {
    long sampled = 0;
    for (final TrajectoryNode node : tree.nodes()) {
      sampled += node.kind().isSampled() ? node.length() : 0;
    }
    return new TreeLedger(4, 0, sampled, 0, 0, tree.calls().size(), 1_000_000_000L);
  }

  /** Copies a tree as one whose draws one number divided. */
  public static TrajectoryTree divided(final TrajectoryTree tree) {
    return new TrajectoryTree(
        new TrajectoryTree.Origin(tree.run(), tree.group(), tree.tree(), Division.SYSTEMATIC),
        tree.task(),
        tree.sampling(),
        tree.nodes(),
        tree.calls(),
        tree.leaves());
  }
}
