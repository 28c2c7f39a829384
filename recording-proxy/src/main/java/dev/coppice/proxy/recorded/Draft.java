package dev.coppice.proxy.recorded;

import dev.coppice.trajectory.BranchDecision;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.NodeMark;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.SpanKind;
import dev.coppice.trajectory.TrajectoryNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds a node while its tree is made.
 *
 * @thread one.
 */
final class Draft {
  private static final int[] NONE = {};
  private static final float[] NO_LOGPROBS = {};

  final NodeKind kind;
  final int[] tokens;
  final int draws;
  final List<Draft> children = new ArrayList<>(1);

  /** The turn whose sampled tokens these are, or null. */
  final Turn turn;

  /** The rollout that ends here, or null. */
  Rollout ends;

  BranchDecision branch;
  int cached;
  boolean rewritten;

  /** The calls made by the node that were answered, by the id the agent knows: number in the tree. */
  final Map<String, Integer> calls = new HashMap<>();

  /** The call whose result the tokens are, by its agent's id; null if none. */
  String answers;

  /** The number of that call in the tree. */
  int call = Span.NO_CALL;

  private Draft(final NodeKind kind, final int[] tokens, final int draws, final Turn turn) {
    this.kind = kind;
    this.tokens = tokens;
    this.draws = draws;
    this.turn = turn;
  }

  static Draft given(final NodeKind kind, final int[] tokens, final int draws) {
    return new Draft(kind, tokens, draws, null);
  }

  static Draft sampled(final Turn turn) {
    return new Draft(NodeKind.ACTION, turn.event.tokens().sampled(), 1, turn);
  }

  /** Makes a node without tokens: a place where one rollout parts from others, or ends. */
  static Draft empty() {
    return given(NodeKind.OBSERVATION, NONE, 1);
  }

  Draft add(final Draft child) {
    children.add(child);
    return child;
  }

  void decide(final String policy, final int ways) {
    branch = new BranchDecision(policy, ways, Double.NaN);
  }

  TrajectoryNode finish(final int id, final int parent) {
    final RecordEvent.Tokens own = turn == null ? null : turn.event.tokens();
    final List<TrajectoryNode.VersionRun> runs = new ArrayList<>();
    for (int i = 0; own != null && i < own.versions().length; i += 2) {
      runs.add(new TrajectoryNode.VersionRun(own.versions()[i], own.versions()[i + 1]));
    }
    return new TrajectoryNode(
        id,
        parent,
        kind,
        tokens,
        own == null ? NO_LOGPROBS : own.logprobs(),
        spans(own),
        runs,
        runs.isEmpty() ? 0 : runs.getLast().version(),
        cached,
        null,
        branch,
        0.0,
        call,
        draws,
        marks(runs.size()),
        TrajectoryNode.Kept.NONE);
  }

  private Set<NodeMark> marks(final int runs) {
    if (rewritten) {
      return Set.of(NodeMark.REWRITTEN);
    }
    return runs > 1 ? Set.of(NodeMark.MIXED_VERSION) : Set.of();
  }

  private List<Span> spans(final RecordEvent.Tokens own) {
    final List<Span> spans = new ArrayList<>();
    int at = 0;
    for (int i = 0; own != null && i + 1 < own.calls().length; i += 2) {
      final int start = own.calls()[i];
      if (start > at) {
        spans.add(new Span(at, start - at, SpanKind.TEXT, Span.NO_CALL));
      }
      final int place = i / 2;
      final String id = place < turn.uses.size() ? turn.uses.get(place).id() : "";
      final int number = calls.getOrDefault(id, Span.NO_CALL);
      spans.add(new Span(start, own.calls()[i + 1], SpanKind.TOOL_CALL, number));
      at = start + own.calls()[i + 1];
    }
    if (own != null && at < own.sampled().length) {
      spans.add(new Span(at, own.sampled().length - at, SpanKind.TEXT, Span.NO_CALL));
    }
    return spans;
  }
}
