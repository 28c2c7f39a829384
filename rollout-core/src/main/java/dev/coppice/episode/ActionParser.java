package dev.coppice.episode;

import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.SpanKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds calls and answers in the text of one turn, token by token.
 *
 * <p>A letter may be spread over several tokens: a tokenizer's pieces give
 * their bytes one by one, and the parser joins them once the letter is whole.
 *
 * <p>Marks may be one token, many tokens, or begin in the middle of one. A fork in the middle of a
 * call copies the parser, so every child continues where its parent stopped.
 *
 * @thread one at a time.
 * @cost O(length of the piece) per token.
 */
public final class ActionParser {
  private final Dialect dialect;
  private final int longestMark;
  private StringBuilder text = new StringBuilder();
  private int[] tokenEnd = new int[16];
  private int tokens;
  private Mode mode = Mode.FREE;
  private int markStart;
  private int contentStart;
  private int contentEnd;

  /** What a token completed. */
  public enum Signal {
    /** Nothing: the turn continues. */
    NONE,
    /** A tool call; see {@link #content()}. */
    CALL,
    /** The final answer; see {@link #content()}. */
    ANSWER,
    /** A turn that is said to the environment; see {@link #turn()}. */
    SAID
  }

  private enum Mode {
    FREE,
    CALL,
    ANSWER
  }

  /**
   * Starts at the beginning of a turn.
   *
   * @param dialect whose marks are looked for.
   */
  public ActionParser(final Dialect dialect) {
    this.dialect = dialect;
    this.longestMark =
        Math.max(
            Math.max(dialect.callOpen().length(), dialect.callClose().length()),
            Math.max(dialect.answerOpen().length(), dialect.answerClose().length()));
  }

  /**
   * Copies the parser for a child.
   *
   * @return a parser in the same state that shares nothing mutable with this one.
   */
  public ActionParser fork() {
    final ActionParser copy = new ActionParser(dialect);
    copy.text = new StringBuilder(text);
    copy.tokenEnd = tokenEnd.clone();
    copy.tokens = tokens;
    copy.mode = mode;
    copy.markStart = markStart;
    copy.contentStart = contentStart;
    copy.contentEnd = contentEnd;
    return copy;
  }

  /** Begins the next turn. */
  public void nextTurn() {
    text.setLength(0);
    tokens = 0;
    mode = Mode.FREE;
    markStart = 0;
    contentStart = 0;
    contentEnd = 0;
  }

  /**
   * Takes the next token of the turn.
   *
   * @param piece the text the token adds.
   * @return what the token completed.
   */
  public Signal accept(final String piece) {
    final int seen = text.length();
    text.append(piece);
    if (tokens == tokenEnd.length) {
      tokenEnd = Arrays.copyOf(tokenEnd, tokens * 2);
    }
    tokenEnd[tokens++] = text.length();
    if (PartialCharacters.join(text, Math.max(0, seen - PartialCharacters.LONGEST))) {
      for (int i = tokens - 1; i >= 0 && tokenEnd[i] > text.length(); i--) {
        tokenEnd[i] = text.length();
      }
    }
    if (longestMark == 0) {
      return Signal.NONE;
    }
    if (mode == Mode.FREE) {
      open(
          Math.max(0, Math.min(seen, text.length()) - PartialCharacters.LONGEST - longestMark + 1));
    }
    return switch (mode) {
      case FREE -> Signal.NONE;
      case CALL -> close(dialect.callClose(), seen) ? Signal.CALL : Signal.NONE;
      case ANSWER -> close(dialect.answerClose(), seen) ? Signal.ANSWER : Signal.NONE;
    };
  }

  /**
   * Takes the end of the sequence.
   *
   * @return {@link Signal#SAID} where a turn without a whole call is said, else {@link Signal#ANSWER}.
   */
  public Signal atEnd() {
    return dialect.talks() ? Signal.SAID : Signal.ANSWER;
  }

  private void open(final int from) {
    final int call = find(dialect.callOpen(), from);
    final int answer = find(dialect.answerOpen(), from);
    if (call >= 0 && (answer < 0 || call < answer)) {
      begin(Mode.CALL, call, dialect.callOpen());
    } else if (answer >= 0) {
      begin(Mode.ANSWER, answer, dialect.answerOpen());
    }
  }

  private void begin(final Mode newMode, final int at, final String mark) {
    mode = newMode;
    markStart = at;
    contentStart = at + mark.length();
    contentEnd = contentStart;
  }

  private boolean close(final String mark, final int seen) {
    if (mark.isEmpty()) {
      return false;
    }
    final int from = Math.min(seen, text.length()) - PartialCharacters.LONGEST - mark.length() + 1;
    final int at = find(mark, Math.max(contentStart, from));
    if (at >= 0) {
      contentEnd = at;
    }
    return at >= 0;
  }

  private int find(final String mark, final int from) {
    return mark.isEmpty() ? -1 : text.indexOf(mark, from);
  }

  /**
   * Returns the text between the marks of the call or answer just completed.
   *
   * @return the content, exactly as sampled; bytes that make no letter are U+FFFD.
   */
  public String content() {
    return PartialCharacters.replaceIncomplete(text.substring(contentStart, contentEnd));
  }

  /**
   * Returns all of the turn so far.
   *
   * @return the text, exactly as sampled; bytes that make no letter are U+FFFD.
   */
  public String turn() {
    return PartialCharacters.replaceIncomplete(text.toString());
  }

  /**
   * Returns the final answer of a turn that the end of the sequence closed.
   *
   * @return the text after the answer's mark where there is one, else the whole turn.
   */
  public String contentAtEnd() {
    return PartialCharacters.replaceIncomplete(
        text.substring(mode == Mode.ANSWER ? contentStart : 0));
  }

  /**
   * Returns the number of tokens of the turn so far.
   *
   * @return the number of tokens.
   */
  public int tokens() {
    return tokens;
  }

  /**
   * Lists what the tokens of a part of the turn are for.
   *
   * @param from the first token of the part, from the start of the turn.
   * @param to the token after the last.
   * @param call the id of the call the turn makes, or {@link Span#NO_CALL}.
   * @return spans relative to {@code from}.
   */
  public List<Span> spans(final int from, final int to, final int call) {
    final List<Span> spans = new ArrayList<>(2);
    int marked = to;
    if (mode != Mode.FREE) {
      marked = from;
      while (marked < to && tokenEnd[marked] <= markStart) {
        marked++;
      }
    }
    if (marked > from) {
      final boolean isText = dialect.callOpen().isEmpty() || dialect.talks() && mode == Mode.FREE;
      final SpanKind plain = isText ? SpanKind.TEXT : SpanKind.THINK;
      spans.add(new Span(0, marked - from, plain, Span.NO_CALL));
    }
    if (to > marked) {
      final boolean isCall = mode == Mode.CALL;
      spans.add(
          new Span(
              marked - from,
              to - marked,
              isCall ? SpanKind.TOOL_CALL : SpanKind.ANSWER,
              isCall ? call : Span.NO_CALL));
    }
    return spans;
  }
}
