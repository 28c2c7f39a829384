package dev.coppice.episode.turn;

import java.util.Arrays;

/**
 * Holds the text of a turn and where each of its tokens ends in it.
 *
 * @thread one at a time.
 */
public final class TurnText {
  private final StringBuilder text;
  private int[] ends;
  private int tokens;

  /** Begins a turn. */
  public TurnText() {
    this(new StringBuilder(), new int[16]);
  }

  private TurnText(final StringBuilder text, final int[] ends) {
    this.text = text;
    this.ends = ends;
  }

  /**
   * Copies text and places.
   *
   * @return a copy that shares nothing mutable with this one.
   */
  public TurnText fork() {
    final TurnText copy = new TurnText(new StringBuilder(text), ends.clone());
    copy.tokens = tokens;
    return copy;
  }

  /** Begins anew. */
  public void clear() {
    text.setLength(0);
    tokens = 0;
  }

  /**
   * Adds a token's piece, joining letters that are whole now.
   *
   * @param piece the text the token adds.
   * @return where the text changed first.
   */
  public int add(final String piece) {
    final int seen = text.length();
    text.append(piece);
    if (tokens == ends.length) {
      ends = Arrays.copyOf(ends, tokens * 2);
    }
    ends[tokens++] = text.length();
    if (PartialCharacters.join(text, Math.max(0, seen - PartialCharacters.LONGEST))) {
      for (int i = tokens - 1; i >= 0 && ends[i] > text.length(); i--) {
        ends[i] = text.length();
      }
    }
    return Math.max(0, Math.min(seen, text.length()) - PartialCharacters.LONGEST);
  }

  /**
   * Returns the text.
   *
   * @return the text itself, to be read.
   */
  public StringBuilder text() {
    return text;
  }

  /**
   * Counts the tokens.
   *
   * @return the number of pieces added.
   */
  public int tokens() {
    return tokens;
  }

  /**
   * Returns where a token begins.
   *
   * @param token from the start of the turn.
   * @return its first character.
   */
  public int start(final int token) {
    return token == 0 ? 0 : ends[token - 1];
  }

  /**
   * Returns where a token ends.
   *
   * @param token from the start of the turn.
   * @return the character behind its last.
   */
  public int end(final int token) {
    return ends[token];
  }

  /**
   * Returns where the last token begins.
   *
   * @return its first character.
   */
  public int lastStart() {
    return start(tokens - 1);
  }
}
