package dev.coppice.decoder.sampling;

import dev.coppice.model.Work;
import java.util.List;

/**
 * Shows the tokens before the one to be drawn.
 *
 * @param tokens of the path; what lies behind {@code length} is not part of it.
 * @param length of the path.
 * @param turnStart the place of the first token of the turn.
 * @param endTokens that end a sequence.
 */
public record PathView(int[] tokens, int length, int turnStart, List<Integer> endTokens) {
  /** A path without tokens, for rows that no rule looks at. */
  public static final PathView EMPTY = new PathView(new int[0], 0, 0, List.of());

  static PathView of(final Work work) {
    return new PathView(work.tokens(), work.length(), work.turnStart(), work.stops().endTokens());
  }
}
