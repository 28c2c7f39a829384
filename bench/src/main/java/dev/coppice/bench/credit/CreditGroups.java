package dev.coppice.bench.credit;

import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.SpanKind;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Makes groups of full trees whose turns are a thought, a call and an observation. */
final class CreditGroups {
  private static final Task TASK = new Task("bench/1", "{}");

  private final int tokens;
  private final SplittableRandom random = new SplittableRandom(1);
  private final List<TrajectoryNode> nodes = new ArrayList<>();
  private final List<ToolCall> calls = new ArrayList<>();
  private final List<Leaf> leaves = new ArrayList<>();

  private CreditGroups(final int tokens) {
    this.tokens = tokens;
  }

  /**
   * Makes a group.
   *
   * @param trees of the group.
   * @param depth turns per trajectory; every turn but the first forks in two.
   * @param tokens per action.
   */
  static TrajectoryGroup group(final int trees, final int depth, final int tokens) {
    final List<TrajectoryTree> all = new ArrayList<>();
    for (int t = 0; t < trees; t++) {
      final CreditGroups made = new CreditGroups(tokens);
      made.nodes.add(TrajectoryNode.prompt(new int[64]));
      made.turn(0, depth, 1);
      all.add(
          new TrajectoryTree(
              new TrajectoryTree.Origin("bench", "g", t),
              TASK,
              SamplingSettings.PLAIN,
              made.nodes,
              made.calls,
              made.leaves));
    }
    return new TrajectoryGroup("g", TASK, all);
  }

  private void turn(final int parent, final int depth, final int branches) {
    for (int b = 0; b < branches; b++) {
      final int action = nodes.size();
      nodes.add(action(action, parent));
      calls.add(
          new ToolCall(
              calls.size(),
              action,
              "calculator",
              "{}",
              ToolCall.Status.OK,
              random.nextBoolean(),
              1,
              "real"));
      final int seen = nodes.size();
      nodes.add(TrajectoryNode.observation(seen, action, new int[16], calls.size() - 1));
      if (depth > 1) {
        turn(seen, depth - 1, 2);
      } else {
        leaves.add(
            new Leaf(
                seen,
                LeafStatus.COMPLETED,
                StopReason.EOS,
                random.nextInt(2),
                Map.of(),
                null,
                null));
      }
    }
  }

  private TrajectoryNode action(final int id, final int parent) {
    final float[] logprobs = new float[tokens];
    for (int i = 0; i < tokens; i++) {
      logprobs[i] = (float) Math.log(random.nextDouble());
    }
    final int half = tokens / 2;
    return new TrajectoryNode(
        id,
        parent,
        NodeKind.ACTION,
        new int[tokens],
        logprobs,
        List.of(
            new Span(0, half, SpanKind.THINK, Span.NO_CALL),
            new Span(half, tokens - half, SpanKind.TOOL_CALL, calls.size())),
        TrajectoryNode.VersionRun.all(0, tokens),
        0,
        0,
        "s" + random.nextInt(1000),
        null,
        0.0,
        Span.NO_CALL);
  }

  /** Counts the sampled tokens of a group. */
  static int sampledTokens(final TrajectoryGroup group) {
    int count = 0;
    for (final TrajectoryTree tree : group.trees()) {
      for (final TrajectoryNode node : tree.nodes()) {
        count += node.kind().isSampled() ? node.length() : 0;
      }
    }
    return count;
  }
}
