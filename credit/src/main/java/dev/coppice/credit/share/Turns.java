package dev.coppice.credit.share;

import dev.coppice.credit.forest.Forest;
import dev.coppice.trajectory.NodeKind;

/**
 * Tells the class of every node's turn, the state it was drawn from, and which paths are equal.
 *
 * <p>A turn ends with an observation, as on the wire. Class 0 holds all turns before the decision,
 * class 1 the turn that decides, and so on; the last class holds the rest. The state a node was drawn
 * from is where its turn began, or the last fork inside the turn.
 *
 * @shape one place per node.
 * @thread any; immutable.
 * @cost one pass over the tokens of the group.
 */
final class Turns {
  /** The classes of turns that are told apart. */
  static final int CLASSES = 8;

  private static final long START = 0x9E3779B97F4A7C15L;
  private static final long FACTOR = 0xD1342543DE82EF95L;

  private final int[] turn;
  private final int[] kind;
  private final int[] start;
  private final long[] path;

  Turns(final Forest forest, final int decision) {
    final int nodes = forest.nodeCount();
    turn = new int[nodes];
    kind = new int[nodes];
    start = new int[nodes];
    path = new long[nodes + 1];
    path[nodes] = START;
    for (int i = 0; i < nodes; i++) {
      final int parent = forest.parent(i);
      final boolean answered =
          parent >= 0
              && forest.node(parent).kind() == NodeKind.OBSERVATION
              && !forest.node(parent).isForced();
      final boolean begins = parent < 0 || answered || forest.isPrompt(parent);
      turn[i] = parent < 0 ? 0 : turn[parent] + (answered ? 1 : 0);
      kind[i] = Math.max(0, Math.min(CLASSES - 1, turn[i] - decision + 1));
      start[i] = begins || forest.isFork(forest.up(i)) ? forest.up(i) : start[parent];
      path[i] = forest.isPrompt(i) ? START : hash(path[forest.up(i)], forest.node(i).tokens());
    }
  }

  private static long hash(final long above, final int[] tokens) {
    long hash = above;
    for (final int token : tokens) {
      hash = (hash ^ token) * FACTOR;
      hash ^= hash >>> 29;
    }
    return hash;
  }

  /** The turn of a node, from 0. */
  int turn(final int node) {
    return turn[node];
  }

  /** The class of a node's turn. */
  int kind(final int node) {
    return kind[node];
  }

  /** The state a node was drawn from: a node or the stem. */
  int start(final int node) {
    return start[node];
  }

  /** Names the tokens from the prompt to the end of a node; equal paths have equal names. */
  long path(final int state) {
    return path[state];
  }
}
