package dev.coppice.core;

import dev.coppice.episode.Score;
import dev.coppice.trajectory.BranchDecision;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.NodeMark;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.SpanKind;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.TrajectoryNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Holds a node while it grows.
 *
 * @thread the engine thread.
 */
final class NodeDraft {
  private static final int[] NO_RUNS = {};
  private static final float[] NO_LOGPROBS = {};

  final NodeDraft parent;
  final NodeKind kind;
  final List<NodeDraft> children = new ArrayList<>(1);
  int draws = 1;

  /** Whether a model simulated a call on the path to here. */
  boolean simulated;

  int kvVersion;
  int cachedTokens;
  int call = Span.NO_CALL;
  double stepReward;
  String state;
  BranchDecision branch;
  List<Span> spans = List.of();
  End leaf;

  /** What the calls came to that its tokens ended. */
  List<Event.CallOutcome> outcomes = List.of();

  /** Whether its plain text is reasoning if a call or an answer follows in the turn. */
  boolean guesses;

  /** Whether the mark of a call or an answer was met, here or further on in the turn. */
  boolean hasMark;

  private int[] tokens;
  private float[] logprobs;
  private int length;
  private int[] runStarts = NO_RUNS;
  private int[][] kept;

  NodeDraft(final NodeDraft parent, final NodeKind kind, final int expectedTokens) {
    this.parent = parent;
    this.kind = kind;
    this.tokens = new int[expectedTokens];
    this.logprobs = kind.isSampled() ? new float[expectedTokens] : NO_LOGPROBS;
    if (parent != null) {
      parent.children.add(this);
      state = parent.state;
      kvVersion = parent.kvVersion;
      draws = parent.draws;
      simulated = parent.simulated;
    }
  }

  static NodeDraft given(final NodeDraft parent, final NodeKind kind, final int[] tokens) {
    final NodeDraft node = new NodeDraft(parent, kind, 0);
    node.tokens = tokens;
    node.length = tokens.length;
    return node;
  }

  void append(final int token, final float logprob, final int version) {
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, Math.max(8, length * 2));
      logprobs = Arrays.copyOf(logprobs, tokens.length);
    }
    tokens[length] = token;
    logprobs[length++] = logprob;
    if (runStarts.length == 0 || runStarts[runStarts.length - 2] != version) {
      runStarts = Arrays.copyOf(runStarts, runStarts.length + 2);
      runStarts[runStarts.length - 2] = version;
      runStarts[runStarts.length - 1] = length - 1;
    }
    kvVersion = version;
  }

  /** Keeps which ids could have been the last token. */
  void keep(final int[] ids) {
    if (kept == null) {
      kept = new int[tokens.length][];
    } else if (kept.length < length) {
      kept = Arrays.copyOf(kept, tokens.length);
    }
    kept[length - 1] = ids;
  }

  /** Takes back the last token. */
  void removeLast() {
    length--;
    if (runStarts[runStarts.length - 1] == length) {
      runStarts = Arrays.copyOf(runStarts, runStarts.length - 2);
    }
    if (kept != null && length < kept.length) {
      kept[length] = null;
    }
  }

  /** Whether it is a part of a turn: sampled, or forced in the middle of one. */
  boolean isInTurn() {
    return kind.isSampled() || kind == NodeKind.OBSERVATION && !spans.isEmpty();
  }

  /** Says what the text outside marks is for, now that the rest of the turn is known. */
  void decideSpans() {
    if (guesses && !hasMark) {
      spans = List.of(new Span(0, length, SpanKind.TEXT, Span.NO_CALL));
    }
  }

  private List<TrajectoryNode.VersionRun> versionRuns() {
    if (runStarts.length <= 2) {
      return runStarts.length == 0
          ? List.of()
          : List.of(new TrajectoryNode.VersionRun(runStarts[0], length - runStarts[1]));
    }
    final List<TrajectoryNode.VersionRun> runs = new ArrayList<>(runStarts.length / 2);
    for (int i = 0; i < runStarts.length; i += 2) {
      final int end = i + 3 < runStarts.length ? runStarts[i + 3] : length;
      runs.add(new TrajectoryNode.VersionRun(runStarts[i], end - runStarts[i + 1]));
    }
    return runs;
  }

  private Set<NodeMark> marks() {
    if (!simulated && runStarts.length <= 2) {
      return Set.of();
    }
    final Set<NodeMark> marks = EnumSet.noneOf(NodeMark.class);
    if (runStarts.length > 2) {
      marks.add(NodeMark.MIXED_VERSION);
    }
    if (simulated) {
      marks.add(NodeMark.SIMULATED);
    }
    return marks;
  }

  int length() {
    return length;
  }

  TrajectoryNode finish(final int id, final int parentId, final int callId) {
    final int[] ownTokens = tokens.length == length ? tokens : Arrays.copyOf(tokens, length);
    final float[] ownLogprobs = kind.isSampled() ? Arrays.copyOf(logprobs, length) : NO_LOGPROBS;
    return new TrajectoryNode(
        id,
        parentId,
        kind,
        ownTokens,
        ownLogprobs,
        spans,
        versionRuns(),
        kvVersion,
        cachedTokens,
        state,
        branch,
        stepReward,
        callId,
        draws,
        marks(),
        TrajectoryNode.Kept.of(kept, kind.isSampled() ? length : 0));
  }

  /**
   * Holds the end of a branch until the tree is finished and nodes have their ids.
   *
   * @param status of the leaf.
   * @param stop of the sampling.
   * @param score of the episode.
   * @param failure or null.
   */
  record End(LeafStatus status, StopReason stop, Score score, RolloutFailure failure) {

    Leaf at(final int node, final int draws) {
      return new Leaf(
          node, status, stop, score.reward(), score.components(), score.answer(), failure, draws);
    }

    static End failed(final RolloutFailure failure) {
      final LeafStatus status =
          switch (failure.boundary()) {
            case ENVIRONMENT, PARSER -> LeafStatus.ENV_FAILED;
            case TOOL -> LeafStatus.TOOL_FAILED;
            case BACKEND, LIMIT -> LeafStatus.INFRA_FAILED;
          };
      return new End(status, StopReason.FAILURE, Score.NONE, failure);
    }
  }
}
