package dev.coppice.core;

import dev.coppice.episode.ActionParser;
import dev.coppice.kvcache.PrefixLease;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.StopReason;
import java.util.Arrays;

/**
 * Holds one path while it grows: its tokens, its lease on keys and values, and where it stands.
 *
 * <pre>
 *   path     | computed: keys and values are in the lease | known, not computed yet |
 *            0                              lease.tokens()                     length
 * </pre>
 *
 * @thread the engine thread.
 */
final class Branch {
  /** What a branch waits for. */
  enum Wait {
    /** A place in a batch. */
    BATCH,
    /** The batch it is in. */
    FORWARD,
    /** The first branch of its group to compute the prompt. */
    PROMPT,
    /** A tool call or a scoring. */
    WORLD,
    /** Nothing any more. */
    NOTHING
  }

  final int id;
  final GroupState group;
  final TreeDraft tree;
  final long key;
  final long tag;
  final ActionParser parser;
  Wait wait = Wait.BATCH;
  PrefixLease lease;
  NodeDraft node;
  int[] path;
  int length;
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
  boolean drawOnly;
  int mostChildren = 1;
  double entropyFloor = Double.POSITIVE_INFINITY;
  LeafStatus endStatus;
  StopReason endReason;
  int sequence;
  long readySinceNs;

  Branch(final int id, final TreeDraft tree, final long tag, final ActionParser parser) {
    this(id, tree, tree.key, tag, parser);
  }

  private Branch(
      final int id,
      final TreeDraft tree,
      final long key,
      final long tag,
      final ActionParser parser) {
    this.id = id;
    this.group = tree.group;
    this.tree = tree;
    this.key = key;
    this.tag = tag;
    this.parser = parser;
  }

  /** Copies everything but the lease, which the caller forks. */
  Branch fork(final int childId, final long childKey, final long childTag) {
    final Branch child = new Branch(childId, tree, childKey, childTag, parser.fork());
    child.node = node;
    child.path = Arrays.copyOf(path, path.length);
    child.length = length;
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

  void append(final int token) {
    if (length == path.length) {
      path = Arrays.copyOf(path, Math.max(16, length * 2));
    }
    path[length++] = token;
  }

  void append(final int[] tokens) {
    if (length + tokens.length > path.length) {
      path = Arrays.copyOf(path, Math.max(length + tokens.length, path.length * 2));
    }
    System.arraycopy(tokens, 0, path, length, tokens.length);
    length += tokens.length;
  }

  /** Closes the node that grew so far and opens an action node under it. */
  void beginSegment() {
    closeSegment();
    node = new NodeDraft(node, NodeKind.ACTION, 8);
  }

  /** Writes down what the tokens of the growing action node are for; done when it closes. */
  void closeSegment() {
    if (node.kind == NodeKind.ACTION && node.spans.isEmpty()) {
      node.spans = parser.spans(segmentStart, segmentStart + node.length(), Span.NO_CALL);
    }
    segmentStart = parser.tokens();
  }

  /** Ends a turn with what the environment answered. */
  void observe(final int[] tokens) {
    node = NodeDraft.given(node, NodeKind.OBSERVATION, tokens);
    append(tokens);
    turn++;
    callPrefilled = 0;
    parser.nextTurn();
    segmentStart = 0;
  }

  /** Tokens known and not computed yet. */
  int uncomputed() {
    return length - (lease == null ? 0 : lease.tokens());
  }

  void release() {
    if (lease != null) {
      lease.close();
      lease = null;
    }
  }
}
