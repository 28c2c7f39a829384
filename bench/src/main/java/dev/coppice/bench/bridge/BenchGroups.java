package dev.coppice.bench.bridge;

import dev.coppice.bridge.trace.CreditBlock;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Makes groups of one shape: a prompt of 512 tokens and 16 answers of 512 tokens below it. */
final class BenchGroups {
  private static final int PROMPT_TOKENS = 512;
  private static final int ANSWER_TOKENS = 512;
  private static final int ANSWERS = 16;
  private static final int VOCABULARY = 32_000;
  private static final int TOKEN_BYTES = 13;
  private static final int GROUP_BYTES = TOKEN_BYTES * (PROMPT_TOKENS + ANSWERS * ANSWER_TOKENS);

  private final Random random = new Random(1);
  private long next;

  /** Makes about so many bytes of groups, at least one group. */
  List<CreditedGroup> next(final int bytes) {
    final List<CreditedGroup> groups = new ArrayList<>();
    for (int i = 0; i < Math.max(1, bytes / GROUP_BYTES); i++) {
      groups.add(group("g" + next++));
    }
    return groups;
  }

  private CreditedGroup group(final String id) {
    final List<TrajectoryNode> nodes = new ArrayList<>();
    final List<Leaf> leaves = new ArrayList<>();
    final List<CreditBlock.NodeAdvantages> credit = new ArrayList<>();
    nodes.add(node(0, NodeKind.PROMPT, PROMPT_TOKENS));
    for (int answer = 1; answer <= ANSWERS; answer++) {
      nodes.add(node(answer, NodeKind.ACTION, ANSWER_TOKENS));
      leaves.add(
          new Leaf(
              answer,
              LeafStatus.COMPLETED,
              StopReason.EOS,
              answer % 2,
              Map.of("answer", (double) (answer % 2)),
              null,
              null));
      credit.add(new CreditBlock.NodeAdvantages(answer, floats(ANSWER_TOKENS)));
    }
    final Task task = new Task("bench/0", "{}");
    final TrajectoryTree tree =
        new TrajectoryTree(
            new TrajectoryTree.Origin("bench", id, 0),
            task,
            SamplingSettings.PLAIN,
            nodes,
            List.of(),
            leaves);
    return new CreditedGroup(
        new TrajectoryGroup(id, task, List.of(tree)),
        List.of(new CreditBlock("grpo", Map.of(), credit, List.of())));
  }

  private TrajectoryNode node(final int id, final NodeKind kind, final int tokens) {
    final boolean sampled = kind == NodeKind.ACTION;
    return new TrajectoryNode(
        id,
        id == 0 ? -1 : 0,
        kind,
        random.ints(tokens, 0, VOCABULARY).toArray(),
        sampled ? floats(tokens) : new float[0],
        List.of(),
        sampled ? TrajectoryNode.VersionRun.all(0, tokens) : List.of(),
        0,
        0,
        null,
        null,
        0.0,
        Span.NO_CALL);
  }

  private float[] floats(final int count) {
    final float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = -random.nextFloat();
    }
    return values;
  }
}
