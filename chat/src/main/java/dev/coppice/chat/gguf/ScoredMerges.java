package dev.coppice.chat.gguf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * Derives the merges of a SentencePiece vocabulary from the scores of its pieces.
 *
 * <p>Every way to cut a piece into two others is a merge; a piece of a higher score comes first, and
 * of one score the cut with the longer left part.
 *
 * @source transformers, generate_merges.
 */
final class ScoredMerges {
  /** What SentencePiece writes for a space. */
  static final String SPACE = "\u2581";

  private ScoredMerges() {}

  /**
   * Holds a pair that becomes one piece.
   *
   * @param left part.
   * @param right part.
   * @param score of the piece.
   */
  record Merge(String left, String right, double score) {
    private int leftLetters() {
      return left.codePointCount(0, left.length());
    }

    private int rightLetters() {
      return right.codePointCount(0, right.length());
    }
  }

  /** Lists the merges, the first to be done first; a piece without a score (NaN) has none. */
  static List<Merge> of(
      final List<String> pieces, final Map<String, Integer> ids, final IntToDoubleFunction score) {
    final List<Merge> merges = new ArrayList<>();
    for (int id = 0; id < pieces.size(); id++) {
      if (!Double.isNaN(score.applyAsDouble(id))) {
        merges.addAll(cuts(pieces.get(id), score.applyAsDouble(id), ids));
      }
    }
    merges.sort(
        Comparator.comparingDouble(Merge::score)
            .thenComparingInt(Merge::leftLetters)
            .thenComparingInt(Merge::rightLetters)
            .reversed());
    return merges;
  }

  private static List<Merge> cuts(
      final String piece, final double score, final Map<String, Integer> ids) {
    final List<Merge> cuts = new ArrayList<>();
    int at = 0;
    while ((at = next(piece, at)) < piece.length()) {
      final String left = piece.substring(0, at);
      final String right = piece.substring(at);
      if (ids.containsKey(left) && ids.containsKey(right)) {
        cuts.add(new Merge(left, right, score));
      }
    }
    cuts.sort(
        Comparator.comparingInt((Merge m) -> ids.get(m.left()))
            .thenComparingInt(m -> ids.get(m.right())));
    return cuts;
  }

  private static int next(final String piece, final int at) {
    return piece.isEmpty() ? 0 : piece.offsetByCodePoints(at, 1);
  }
}
