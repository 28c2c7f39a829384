package dev.coppice.core;

import dev.coppice.draw.Copies;
import dev.coppice.episode.ActionParser;
import dev.coppice.model.Work;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.SpanKind;
import dev.coppice.trajectory.StopReason;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Holds one path while it grows: what it asks the model for, and where it stands.
 *
 * <pre>
 *   path     | computed at least once | given or sampled, not computed yet |
 *            0                   everComputed                        work.length()
 * </pre>
 *
 * @thread the engine thread.
 */
final class Branch {
  /** What a branch waits for. */
  enum Wait {
    /** The model. */
    SAMPLING,
    /** A tool call or a scoring. */
    WORLD,
    /** Nothing any more. */
    NOTHING
  }

  final int id;
  final GroupState group;
  final TreeDraft tree;
  final long tag;
  final ActionParser parser;
  final BooleanSupplier sentenceEnd;
  final Work work;
  final Effect.Sample sample;
  Wait wait = Wait.SAMPLING;
  NodeDraft node;
  int everComputed;
  boolean tailSampled;
  int sampled;
  int calls;
  int turn;
  int forks;
  int lastForkTurn = -1;
  int children = 1;
  int segmentStart;
  int callPrefilled;
  int paidCached;
  int paidComputes;
  int paidPrefill;
  int paidAgain;
  int paidSamples;
  int paidExtra;
  boolean released;

  /** Whether the policy looks back on this path once it has ended. */
  boolean isLookedBackOn;

  LeafStatus endStatus;
  StopReason endReason;
  int sequence;

  Branch(final TreeDraft tree, final long tag, final ActionParser parser, final Work work) {
    this.id = work.branch();
    this.group = tree.group;
    this.tree = tree;
    this.tag = tag;
    this.parser = parser;
    this.sentenceEnd = parser::endsSentence;
    this.work = work;
    this.sample = new Effect.Sample(work);
    work.asker(this);
  }

  /** Copies where the branch stands; the child's work is already a copy of the path. */
  Branch fork(final Work childWork, final long childTag) {
    final Branch child = new Branch(tree, childTag, parser.fork(), childWork);
    child.node = node;
    child.everComputed = everComputed;
    child.tailSampled = tailSampled;
    child.sampled = sampled;
    child.calls = calls;
    child.turn = turn;
    child.forks = forks;
    child.lastForkTurn = lastForkTurn;
    child.segmentStart = segmentStart;
    return child;
  }

  /** The samples that share the branch. */
  Copies copies() {
    return work.copies();
  }

  int length() {
    return work.length();
  }

  /** Closes the node that grew so far and opens an action node under it. */
  void beginSegment() {
    closeSegment();
    node = new NodeDraft(node, NodeKind.ACTION, 8);
    node.draws = copies().count();
  }

  /** Writes down what the tokens of the growing action node are for; done when it closes. */
  void closeSegment() {
    if (node.kind == NodeKind.ACTION && node.spans.isEmpty()) {
      node.spans = parser.spans(segmentStart, segmentStart + node.length(), Span.NO_CALL);
      node.guesses = parser.guessesThoughts();
      node.hasMark = parser.hasMark();
    }
    segmentStart = parser.tokens();
  }

  /** Goes on with tokens nobody sampled, in the middle of a turn; the parser has read them. */
  void force(final int[] tokens) {
    node = NodeDraft.given(node, NodeKind.OBSERVATION, tokens);
    node.spans = List.of(new Span(0, tokens.length, SpanKind.TEMPLATE, Span.NO_CALL));
    node.draws = copies().count();
    work.append(tokens);
  }

  /** Ends a turn with what the environment answered; its end may leave the model thinking. */
  void observe(final int[] tokens, final String end) {
    node = NodeDraft.given(node, NodeKind.OBSERVATION, tokens);
    node.draws = copies().count();
    work.append(tokens);
    work.beginTurn();
    turn++;
    callPrefilled = 0;
    parser.nextTurn(end);
    segmentStart = 0;
  }
}
