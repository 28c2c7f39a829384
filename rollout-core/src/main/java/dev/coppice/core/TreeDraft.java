package dev.coppice.core;

import dev.coppice.draw.Division;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.SpanKind;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds a tree while it grows, with its ledger.
 *
 * <p>Finishing numbers nodes and calls in depth-first pre-order of the forks, so the finished tree
 * does not depend on which branch came back first.
 *
 * @thread the engine thread.
 */
final class TreeDraft {
  final GroupState group;
  final int index;
  final long key;
  final int number;
  final NodeDraft prompt;
  int liveBranches;
  long prefilled;
  long cached;
  long decoded;
  long recomputed;
  long calls;
  long discarded;

  TreeDraft(final GroupState group, final int index, final long key, final int number) {
    this.group = group;
    this.index = index;
    this.key = key;
    this.number = number;
    this.prompt = NodeDraft.given(null, NodeKind.PROMPT, group.prompt);
    this.prompt.state = group.digest;
  }

  TreeLedger ledger() {
    return new TreeLedger(prefilled, cached, decoded, discarded, recomputed, calls, 0);
  }

  long computedTokens() {
    return prefilled + decoded + discarded;
  }

  TrajectoryTree finish(
      final String run, final SamplingSettings sampling, final Division division) {
    decideSpans();
    final Finisher finisher = new Finisher();
    finisher.walk(prompt);
    return new TrajectoryTree(
        new TrajectoryTree.Origin(run, group.request.id(), index, division),
        group.task,
        sampling,
        finisher.nodes,
        finisher.calls,
        finisher.leaves);
  }

  /** Carries back along each turn whether a call or an answer followed. */
  private void decideSpans() {
    final List<NodeDraft> nodes = new ArrayList<>(List.of(prompt));
    for (int i = 0; i < nodes.size(); i++) {
      nodes.addAll(nodes.get(i).children);
    }
    for (final NodeDraft node : nodes.reversed()) {
      node.decideSpans();
      if (node.parent != null && node.isInTurn() && node.parent.isInTurn()) {
        node.parent.hasMark |= node.hasMark;
      }
    }
  }

  /** Walks the drafts without recursion: a chain may be 100,000 nodes deep. */
  private static final class Finisher {
    final List<TrajectoryNode> nodes = new ArrayList<>();
    final List<ToolCall> calls = new ArrayList<>();
    final List<Leaf> leaves = new ArrayList<>();

    private record Visit(NodeDraft draft, int parentId, int call) {}

    void walk(final NodeDraft root) {
      final ArrayDeque<Visit> open = new ArrayDeque<>();
      open.push(new Visit(root, -1, Span.NO_CALL));
      while (!open.isEmpty()) {
        final Visit visit = open.pop();
        final int id = nodes.size();
        final int call = visit(visit, id);
        final List<NodeDraft> children = visit.draft.children;
        for (int i = children.size() - 1; i >= 0; i--) {
          open.push(new Visit(children.get(i), id, call));
        }
      }
    }

    private int visit(final Visit visit, final int id) {
      final NodeDraft draft = visit.draft;
      int call = Span.NO_CALL;
      final int first = calls.size();
      for (final Event.CallOutcome outcome : draft.outcomes) {
        call = calls.size();
        calls.add(
            new ToolCall(
                call,
                id,
                outcome.tool(),
                outcome.arguments(),
                outcome.status(),
                outcome.correct(),
                outcome.latencyUs(),
                outcome.provenance().wireName()));
      }
      draft.spans = numbered(draft.spans, first, call);
      final boolean answersCall = draft.kind == NodeKind.OBSERVATION;
      nodes.add(draft.finish(id, visit.parentId, answersCall ? visit.call : Span.NO_CALL));
      if (draft.leaf != null) {
        leaves.add(draft.leaf.at(id, draft.draws));
      }
      return call;
    }

    /**
     * Gives spans the ids of their calls, from the last one back: calls may have begun in earlier nodes,
     * and where one span holds a list of calls it has the last one's id.
     */
    private static List<Span> numbered(
        final List<Span> spans, final int firstCall, final int lastCall) {
      final List<Span> numbered = new ArrayList<>(spans);
      int call = lastCall;
      for (int i = spans.size() - 1; i >= 0 && call >= firstCall; i--) {
        final Span span = spans.get(i);
        if (span.kind() == SpanKind.TOOL_CALL) {
          numbered.set(i, new Span(span.start(), span.length(), span.kind(), call--));
        }
      }
      return numbered;
    }
  }
}
