package dev.coppice.bridge.trace;

import dev.coppice.trajectory.BranchDecision;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.NodeMark;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.SpanKind;
import dev.coppice.trajectory.TrajectoryNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Reads one element of the field {@code nodes} of a line. */
final class NodeParser {
  /** Stands for a node whose cache was not measured. */
  static final long NOT_MEASURED = -1;

  private static final float[] NO_LOGPROBS = {};

  private final LineParser in;
  private final List<Span> spans = new ArrayList<>();
  private int id = -1;
  private int parent = -1;
  private NodeKind kind;
  private int[] tokens;
  private float[] logprobs;
  private int policyVersion;
  private List<TrajectoryNode.VersionRun> versionRuns;
  private int kvVersion;
  private int cachedTokens;
  private String state;
  private BranchDecision branch;
  private double stepReward;
  private int call = Span.NO_CALL;
  private long kvBlockUs = NOT_MEASURED;
  private int draws = 1;
  private int[] keptCounts = {};
  private int[] kept = {};
  private final Set<NodeMark> marks = EnumSet.noneOf(NodeMark.class);

  NodeParser(final LineParser in) {
    this.in = in;
  }

  TrajectoryNode read() throws IOException {
    in.eachField(this::readField);
    in.require(kind != null, "has no kind");
    in.require(tokens != null, "has no tokens");
    return new TrajectoryNode(
        id,
        parent,
        kind,
        tokens,
        logprobsOfKind(),
        spans,
        versionRunsOfKind(),
        kvVersion,
        cachedTokens,
        state,
        branch,
        stepReward,
        call,
        draws,
        marks,
        new TrajectoryNode.Kept(keptCounts, kept));
  }

  /** Only sampled tokens have log-probabilities; where a trace has none they are unknown, not 0. */
  private float[] logprobsOfKind() {
    if (!kind.isSampled()) {
      return NO_LOGPROBS;
    }
    if (logprobs == null) {
      final float[] unknown = new float[tokens.length];
      Arrays.fill(unknown, Float.NaN);
      return unknown;
    }
    return logprobs;
  }

  /** A node of one version names it alone; what was not sampled has none. */
  private List<TrajectoryNode.VersionRun> versionRunsOfKind() {
    if (!kind.isSampled()) {
      return List.of();
    }
    return versionRuns == null
        ? TrajectoryNode.VersionRun.all(policyVersion, tokens.length)
        : versionRuns;
  }

  /** Returns the node's share of the cache in block-microseconds, or {@link #NOT_MEASURED}. */
  long kvBlockUs() {
    return kvBlockUs;
  }

  private void readField(final String name) throws IOException {
    switch (name) {
      case "id" -> id = in.integer();
      case "parent" -> parent = in.integer();
      case "kind" -> kind = NodeKind.ofWireName(in.text());
      case TraceFields.TOKENS -> tokens = in.ints();
      case TraceFields.LOGPROBS -> logprobs = in.isNull() ? null : in.floats();
      case "spans" -> in.eachElement(() -> spans.add(readSpan()));
      case "policy_version" -> policyVersion = in.integer();
      case TraceFields.VERSION_RUNS -> versionRuns = in.isNull() ? null : readRuns();
      case "kv_version" -> kvVersion = in.integer();
      case "cached_tokens" -> cachedTokens = in.integer();
      case "state" -> state = in.textOrNull();
      case "branch" -> branch = in.isNull() ? null : readBranch();
      case "step_reward" -> stepReward = in.realOrNull();
      case "call" -> call = in.isNull() ? Span.NO_CALL : in.integer();
      case TraceFields.DRAWS -> draws = in.integer();
      case TraceFields.PROVENANCE ->
          in.eachElement(() -> marks.add(NodeMark.ofWireName(in.text())));
      case TraceFields.KEPT -> kept = in.ints();
      case TraceFields.KEPT_COUNTS -> keptCounts = in.ints();
      case "kv_block_us" -> kvBlockUs = in.longInteger();
      default -> in.skip();
    }
  }

  private List<TrajectoryNode.VersionRun> readRuns() throws IOException {
    final List<TrajectoryNode.VersionRun> runs = new ArrayList<>();
    in.eachElement(
        () -> {
          final int[] run = new int[2];
          in.eachField(
              name -> {
                switch (name) {
                  case "version" -> run[0] = in.integer();
                  case "length" -> run[1] = in.integer();
                  default -> in.skip();
                }
              });
          runs.add(new TrajectoryNode.VersionRun(run[0], run[1]));
        });
    return runs;
  }

  private Span readSpan() throws IOException {
    final SpanDraft draft = new SpanDraft();
    in.eachField(
        name -> {
          switch (name) {
            case "start" -> draft.start = in.integer();
            case "length" -> draft.length = in.integer();
            case "kind" -> draft.kind = SpanKind.ofWireName(in.text());
            case "call" -> draft.call = in.isNull() ? Span.NO_CALL : in.integer();
            default -> in.skip();
          }
        });
    in.require(draft.kind != null, "has no kind");
    return new Span(draft.start, draft.length, draft.kind, draft.call);
  }

  private BranchDecision readBranch() throws IOException {
    final BranchDraft draft = new BranchDraft();
    in.eachField(
        name -> {
          switch (name) {
            case TraceFields.POLICY -> draft.policy = in.text();
            case TraceFields.CHILDREN -> draft.children = in.integer();
            case "value" -> draft.value = in.realOrNull();
            default -> in.skip();
          }
        });
    in.require(draft.policy != null, "has no policy");
    return new BranchDecision(draft.policy, draft.children, draft.value);
  }

  private static final class SpanDraft {
    private int start = -1;
    private int length = -1;
    private SpanKind kind;
    private int call = Span.NO_CALL;
  }

  private static final class BranchDraft {
    private String policy;
    private int children;
    private double value;
  }
}
