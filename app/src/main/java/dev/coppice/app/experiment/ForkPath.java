package dev.coppice.app.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Holds a path up to the place where it is forked.
 *
 * @param turn that is under way, from 0.
 * @param state digest of the world there, or null where the trace does not say.
 * @param pieces before the turn, in order, the prompt first.
 * @param note tokens the turn has written so far.
 */
record ForkPath(int turn, String state, List<Piece> pieces, int[] note) {
  ForkPath {
    pieces = List.copyOf(pieces);
  }

  /**
   * Holds the tokens of a node.
   *
   * @param observed whether a tool or a user answered with them.
   * @param tokens of the node.
   */
  record Piece(boolean observed, int[] tokens) {}

  /** Returns the tokens of the whole path. */
  int[] ids() {
    return without(-1);
  }

  /** Returns the tokens of the path without one of its pieces. */
  int[] without(final int left) {
    final List<int[]> parts = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      if (i != left) {
        parts.add(pieces.get(i).tokens());
      }
    }
    parts.add(note);
    return joined(parts);
  }

  /** Returns the tokens of the path with another note. */
  int[] withNote(final int[] other) {
    final List<int[]> parts = new ArrayList<>();
    pieces.forEach(piece -> parts.add(piece.tokens()));
    parts.add(other);
    return joined(parts);
  }

  /** Finds the place of an observation among the pieces, counted from 1; -1 where there are fewer. */
  int observation(final int number) {
    int left = number;
    for (int i = 0; i < pieces.size(); i++) {
      if (pieces.get(i).observed() && --left == 0) {
        return i;
      }
    }
    return -1;
  }

  /** Joins tokens. */
  static int[] joined(final List<int[]> parts) {
    final int[] all = new int[parts.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (final int[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  /** Counts the tokens with which two sequences begin alike. */
  static int common(final int[] one, final int[] other) {
    final int at = Arrays.mismatch(one, other);
    return at < 0 ? one.length : at;
  }
}
