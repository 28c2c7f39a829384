package dev.coppice.app.explorer;

import dev.coppice.app.config.ConfigText;
import dev.coppice.app.folder.ArmState;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.folder.RunState;
import dev.coppice.app.folder.StoredTree;
import dev.coppice.app.folder.TraceLines;
import dev.coppice.app.run.ReplayRuns;
import dev.coppice.bridge.trace.Trace;
import dev.coppice.environments.replay.ByteTokenizer;
import dev.coppice.model.ModelRunner;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.BranchDecision;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.SpanKind;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Writes a run folder by hand, group by group, whose every text tries to be more than text. */
final class HostileRun {
  /** What would run, colour, reverse or break a page that took it for its own. */
  static final String HOSTILE =
      "<script>window.owned=1</script><img src=x"
          + " onerror=\"window.owned=1\">\u001b[31m\u202Ereversed\u202C";

  private final RunFolder folder;
  private final ByteTokenizer tokenizer = new ByteTokenizer();

  private HostileRun(final RunFolder folder) {
    this.folder = folder;
  }

  /** Begins a run folder below a parent. */
  static HostileRun begin(final Path parent, final String name) throws IOException {
    final Path root = Files.createDirectories(parent.resolve(name));
    final RunFolder folder = new RunFolder(root);
    Files.writeString(folder.config(), ConfigText.resolved(ReplayRuns.config(parent, 1)));
    final ArmState arm = ArmState.planned("tree", "entropy", 100).inSession();
    final ModelRunner.Traits traits =
        new ModelRunner.Traits(1_000, 4_096, 8, true, true, ModelRunner.Traits.ALWAYS_ANSWERS);
    new RunState("hostile", "replay", traits, List.of(arm)).save(folder.ledger());
    return new HostileRun(folder);
  }

  RunFolder folder() {
    return folder;
  }

  /** Writes a finished group of one tree: a fork of two, one of them truncated. */
  void add(final int number) throws IOException {
    add(number, 0);
  }

  /** Writes such a group with so many tokens more in its prompt. */
  void add(final int number, final int more) throws IOException {
    Files.write(
        folder.traces(), line(number, more), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Writes half of a group, as a process does that is killed meanwhile. */
  void addHalf(final int number) throws IOException {
    final byte[] line = line(number, 0);
    Files.write(
        folder.traces(),
        Arrays.copyOf(line, line.length / 2),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private byte[] line(final int number, final int more) {
    final TrajectoryTree tree = tree(number, more);
    final TreeLedger ledger = new TreeLedger(40, 10, 60, 0, 0, 1, 1_000L);
    return TraceLines.line(new StoredTree("tree", 1, new Trace(tree, List.of()), ledger));
  }

  private TrajectoryTree tree(final int number, final int more) {
    final List<TrajectoryNode> nodes = new ArrayList<>();
    nodes.add(
        TrajectoryNode.prompt(
            tokenizer.encode("ask " + number + " " + HOSTILE + "\n" + "word ".repeat(more / 5))));
    nodes.add(sampled(1, 0, "think " + HOSTILE, new BranchDecision("entropy", 2, 1.5), 0));
    nodes.add(sampled(2, 1, "call left é", null, 0));
    nodes.add(TrajectoryNode.observation(3, 2, tokenizer.encode("result " + HOSTILE), 0));
    nodes.add(sampled(4, 3, "<answer>" + number + "</answer>", null, Span.NO_CALL));
    nodes.add(sampled(5, 1, "call right", null, Span.NO_CALL));
    final List<ToolCall> calls =
        List.of(
            new ToolCall(
                0,
                2,
                "tool " + HOSTILE,
                "{\"a\":\"\\ud800 <b>x</b>\"}",
                ToolCall.Status.ILLEGAL,
                false,
                12,
                "real"));
    final List<Leaf> leaves =
        List.of(
            leaf(4, LeafStatus.COMPLETED, StopReason.ANSWER, 1, HOSTILE),
            leaf(5, LeafStatus.TRUNCATED, StopReason.LENGTH, 0, null));
    return new TrajectoryTree(
        new TrajectoryTree.Origin("hostile/tree", "g" + number, 0),
        new Task("task " + number + " " + HOSTILE, "{\"q\":\"needle-" + number + "\"}"),
        SamplingSettings.PLAIN,
        nodes,
        calls,
        leaves);
  }

  private TrajectoryNode sampled(
      final int id,
      final int parent,
      final String text,
      final BranchDecision branch,
      final int call) {
    final int[] tokens = tokenizer.encode(text);
    final float[] logprobs = new float[tokens.length];
    for (int i = 0; i < logprobs.length; i++) {
      logprobs[i] = -0.1f * (i % 7);
    }
    return new TrajectoryNode(
        id,
        parent,
        NodeKind.ACTION,
        tokens,
        logprobs,
        call < 0 ? List.of() : List.of(new Span(0, tokens.length, SpanKind.TOOL_CALL, 0)),
        TrajectoryNode.VersionRun.all(id % 2, tokens.length),
        0,
        0,
        "state" + id,
        branch,
        0,
        Span.NO_CALL);
  }

  private static Leaf leaf(
      final int node,
      final LeafStatus status,
      final StopReason stop,
      final double reward,
      final String answer) {
    return new Leaf(node, status, stop, reward, Map.of("answer", reward), answer, null);
  }
}
