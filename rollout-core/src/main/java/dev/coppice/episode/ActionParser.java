package dev.coppice.episode;

import dev.coppice.episode.turn.PartialCharacters;
import dev.coppice.episode.turn.SentenceEnds;
import dev.coppice.episode.turn.TurnText;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.SpanKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds calls, answers, thoughts and stops in the text of one turn, token by token.
 *
 * <p>A letter may be spread over several tokens: a tokenizer's pieces give
 * their bytes one by one, and the parser joins them once the letter is whole.
 *
 * <p>Marks may be one token, many tokens, or begin in the middle of one. A fork in the middle of a
 * call copies the parser, so every child continues where its parent stopped. What stands between the
 * marks of thoughts is text, whatever it looks like; a stop counts wherever it stands.
 *
 * @thread one at a time.
 * @cost O(length of the piece) per token.
 */
public final class ActionParser {
  private static final int NO_END = Integer.MAX_VALUE;

  private final Dialect dialect;
  private final TurnRules rules;
  private final int minTokens;
  private final int longestMark;
  private TurnText turn = new TurnText();
  private StringBuilder text = turn.text();
  private Mode mode = Mode.FREE;
  private int markStart;
  private int contentStart;
  private int contentEnd;
  private Dialect.Calls calls = Dialect.Calls.NONE;

  /** Where marks count again: behind the last thought. */
  private int free;

  /** Starts and ends of the thoughts, marks included. */
  private int[] thoughts = {};

  private int thoughtTokens;
  private int[] stop;

  /** What a token completed. */
  public enum Signal {
    /** Nothing: the turn continues. */
    NONE,
    /** A tool call; see {@link #content()}. */
    CALL,
    /** The final answer; see {@link #content()}. */
    ANSWER,
    /** A stop; see {@link #contentAtEnd()}. */
    STOP,
    /** A turn that is said to the environment; see {@link #turn()}. */
    SAID
  }

  private enum Mode {
    FREE,
    THINK,
    CALL,
    /** Behind a call that another may follow. */
    CALLED,
    ANSWER
  }

  /**
   * Starts at the beginning of a turn that nothing but marks ends.
   *
   * @param dialect whose marks are looked for.
   */
  public ActionParser(final Dialect dialect) {
    this(dialect, TurnRules.NONE, 0);
  }

  /**
   * Starts at the beginning of a turn.
   *
   * @param dialect whose marks are looked for.
   * @param rules of turns.
   * @param minTokens of a turn, among which no stop ends it.
   */
  public ActionParser(final Dialect dialect, final TurnRules rules, final int minTokens) {
    this.dialect = dialect;
    this.rules = rules;
    this.minTokens = minTokens;
    this.longestMark =
        Math.max(
            Math.max(
                rules.thinking().open().length(),
                Math.max(dialect.callOpen().length(), dialect.callClose().length())),
            Math.max(dialect.answerOpen().length(), dialect.answerClose().length()));
  }

  /**
   * Copies the parser for a child.
   *
   * @return a parser in the same state that shares nothing mutable with this one.
   */
  public ActionParser fork() {
    final ActionParser copy = new ActionParser(dialect, rules, minTokens);
    copy.turn = turn.fork();
    copy.text = copy.turn.text();
    copy.mode = mode;
    copy.markStart = markStart;
    copy.contentStart = contentStart;
    copy.contentEnd = contentEnd;
    copy.calls = calls;
    copy.free = free;
    copy.thoughts = thoughts.clone();
    copy.thoughtTokens = thoughtTokens;
    copy.stop = stop;
    return copy;
  }

  /** Begins the next turn, behind something that leaves no model thinking. */
  public void nextTurn() {
    nextTurn("");
  }

  /**
   * Begins the next turn.
   *
   * @param given the end of what stands before it, which may leave it thinking.
   */
  public void nextTurn(final String given) {
    turn.clear();
    mode = Mode.FREE;
    markStart = 0;
    contentStart = 0;
    contentEnd = 0;
    calls = Dialect.Calls.NONE;
    free = 0;
    thoughts = new int[0];
    thoughtTokens = 0;
    stop = null;
    if (rules.thinking().isOpenAfter(given)) {
      think(0, 0);
    }
  }

  /**
   * Takes the next token of the turn.
   *
   * @param piece the text the token adds.
   * @return what the token completed.
   */
  public Signal accept(final String piece) {
    final int settled = text.length() - PartialCharacters.pending(text);
    final boolean thought = mode == Mode.THINK;
    final int changed = turn.add(piece);
    if (longestMark > 0) {
      open(changed);
    }
    thoughtTokens += thought && mode == Mode.THINK ? 1 : 0;
    final Signal signal =
        switch (mode) {
          case FREE, THINK -> Signal.NONE;
          case CALL, CALLED -> calls(changed) ? Signal.CALL : Signal.NONE;
          case ANSWER -> close(dialect.answerClose(), changed) ? Signal.ANSWER : Signal.NONE;
        };
    return stops(settled, signal) ? Signal.STOP : signal;
  }

  /**
   * Takes the end of the sequence.
   *
   * @return {@link Signal#SAID} where a turn without a whole call is said, else {@link Signal#ANSWER}.
   */
  public Signal atEnd() {
    return dialect.talks() ? Signal.SAID : Signal.ANSWER;
  }

  /** Follows the marks that open something, and those that close thoughts. */
  private void open(final int changed) {
    boolean goesOn = true;
    while (goesOn && (mode == Mode.FREE || mode == Mode.THINK)) {
      final int from = Math.max(free, changed - longestMark + 1);
      if (mode == Mode.THINK) {
        final String close = rules.thinking().close();
        final int at = find(close, Math.max(free, changed - close.length() + 1));
        goesOn = at >= 0;
        if (goesOn) {
          mode = Mode.FREE;
          free = at + close.length();
          thoughts[thoughts.length - 1] = free;
        }
      } else {
        goesOn = open(find(rules.thinking().open(), from), from);
      }
    }
  }

  /** Opens what comes first; whether that is a thought, behind which there may be more. */
  private boolean open(final int thought, final int from) {
    final int call = dialect.callStart(text, free, from);
    final int answer = find(dialect.answerOpen(), from);
    if (isFirst(thought, call) && isFirst(thought, answer)) {
      think(thought, thought + rules.thinking().open().length());
      return true;
    }
    if (isFirst(call, answer)) {
      begin(Mode.CALL, call, dialect.contentStart(call));
    } else if (answer >= 0) {
      begin(Mode.ANSWER, answer, answer + dialect.answerOpen().length());
    }
    return false;
  }

  private static boolean isFirst(final int one, final int other) {
    return one >= 0 && (other < 0 || one < other);
  }

  private void think(final int start, final int content) {
    mode = Mode.THINK;
    free = content;
    thoughts = Arrays.copyOf(thoughts, thoughts.length + 2);
    thoughts[thoughts.length - 2] = start;
    thoughts[thoughts.length - 1] = NO_END;
  }

  private void begin(final Mode newMode, final int at, final int content) {
    mode = newMode;
    markStart = at;
    contentStart = content;
    contentEnd = content;
  }

  /** Follows calls; whether the last one is complete and no other can follow. */
  private boolean calls(final int changed) {
    while (true) {
      if (mode == Mode.CALL) {
        final int end = dialect.contentEnd(text, contentStart, Math.max(changed, calls.end()));
        if (end < 0) {
          return false;
        }
        mode = Mode.CALLED;
        contentEnd = end;
        calls = calls.and(new int[] {markStart, contentStart, end}, dialect.callClose().length());
        if (calls.count() == dialect.callsPerTurn()) {
          return true;
        }
      } else {
        final int next = dialect.behindBlanks(text, calls.end());
        if (text.indexOf(dialect.callOpen(), next) != next) {
          return !dialect.callOpen().startsWith(text.substring(next));
        }
        begin(Mode.CALL, next, dialect.contentStart(next));
      }
    }
  }

  /**
   * Tells whether the end of the sequence ends calls: some are complete, or one is still open.
   *
   * @return true where the turn is not its final answer.
   */
  public boolean endsCalls() {
    return mode == Mode.CALL || mode == Mode.CALLED;
  }

  /**
   * Lists what stands in the calls of the turn. Of a call that was never closed it is the opening mark
   * too, so that nobody takes it for one.
   *
   * @return the contents in order, exactly as sampled.
   */
  public List<String> contents() {
    final List<String> contents = calls.contents(text);
    if (mode == Mode.CALL) {
      contents.add(text.substring(markStart));
    }
    contents.replaceAll(PartialCharacters::replaceIncomplete);
    return contents;
  }

  /**
   * Tells how far the text runs past the end of the last call.
   *
   * @return the characters beyond.
   */
  public int overrun() {
    return mode == Mode.CALLED ? text.length() - calls.end() : 0;
  }

  /**
   * Returns what the last token writes of the last call.
   *
   * @return the end of the call, or an empty text.
   */
  public String lastOfCall() {
    return text.substring(Math.min(turn.lastStart(), calls.end()), calls.end());
  }

  /**
   * Returns the turn up to the end of its last call.
   *
   * @return the text, exactly as sampled.
   */
  public String turnOfCalls() {
    return PartialCharacters.replaceIncomplete(text.substring(0, calls.end()));
  }

  private boolean close(final String mark, final int changed) {
    final int at = find(mark, Math.max(contentStart, changed - mark.length() + 1));
    contentEnd = at >= 0 ? at : contentEnd;
    return at >= 0;
  }

  /** Whether a stop ends the turn, and no call or answer before it. */
  private boolean stops(final int settled, final Signal signal) {
    if (rules.stops().isEmpty() || turn.tokens() <= minTokens) {
      return false;
    }
    stop = rules.stops().find(text, settled);
    if (stop == null || signal == Signal.NONE) {
      return stop != null;
    }
    final int end =
        signal == Signal.CALL ? calls.end() : contentEnd + dialect.answerClose().length();
    return stop[1] < end;
  }

  private int find(final String mark, final int from) {
    return mark.isEmpty() ? -1 : text.indexOf(mark, from);
  }

  /**
   * Tells whether thoughts have used up their tokens and are still open.
   *
   * @return true if they must be closed by force.
   */
  public boolean isOverthinking() {
    return mode == Mode.THINK
        && rules.thinking().tokens() > 0
        && thoughtTokens >= rules.thinking().tokens();
  }

  /**
   * Returns how many tokens the turn may take before a rule of its own ends or interrupts it.
   *
   * @return the number, at least 1; a turn without such rules has no limit.
   */
  public int tokensLeft() {
    final int ofTurn = rules.tokens() == 0 ? NO_END : rules.tokens() - turn.tokens();
    final boolean isBounded = mode == Mode.THINK && rules.thinking().tokens() > 0;
    final int ofThoughts = isBounded ? rules.thinking().tokens() - thoughtTokens : NO_END;
    return Math.max(1, Math.min(ofTurn, ofThoughts));
  }

  /**
   * Tells whether the turn has all the tokens it may have once there are some more.
   *
   * @param more tokens.
   * @return true if it must end there.
   */
  public boolean isFullAfter(final int more) {
    return rules.tokens() > 0 && turn.tokens() + more >= rules.tokens();
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
   * Returns the final answer of a turn that the end of the sequence or a stop closed.
   *
   * @return the text after the answer's mark where there is one, else all behind the last thought; up
   *     to the stop where one ended the turn.
   */
  public String contentAtEnd() {
    final int start =
        mode == Mode.ANSWER ? contentStart : mode == Mode.THINK ? text.length() : free;
    int end = text.length();
    if (stop != null) {
      end = rules.stops().included() ? stop[1] : stop[0];
    }
    return PartialCharacters.replaceIncomplete(text.substring(Math.min(start, end), end));
  }

  /**
   * Tells whether the last token ended a line or a sentence, outside of calls and answers.
   *
   * <p>A line ends with its break; a sentence with a full stop, an exclamation or a question mark that
   * no digit stands before, as in {@code 3.5} or {@code 1.}. White space behind an end ends nothing
   * more.
   *
   * @return true if the turn's text so far ends so.
   */
  public boolean endsSentence() {
    return turn.tokens() > 0
        && mode == Mode.FREE
        && SentenceEnds.isBehindNew(text, Math.min(turn.lastStart(), text.length()));
  }

  /**
   * Returns the number of tokens of the turn so far.
   *
   * @return the number of tokens.
   */
  public int tokens() {
    return turn.tokens();
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
    int start = from;
    for (int token = from; token < to; token++) {
      final SpanKind kind = kindOf(token);
      if (token + 1 == to || kindOf(token + 1) != kind || beginsCall(token + 1)) {
        final int ownCall = kind == SpanKind.TOOL_CALL ? call : Span.NO_CALL;
        spans.add(new Span(start - from, token + 1 - start, kind, ownCall));
        start = token + 1;
      }
    }
    return spans;
  }

  /** Whether a call begins in a token, and another ended before it. */
  private boolean beginsCall(final int token) {
    for (int i = 1; i < calls.count(); i++) {
      if (isIn(token, calls.mark(i))) {
        return true;
      }
    }
    return mode == Mode.CALL && calls.count() > 0 && isIn(token, markStart);
  }

  private boolean isIn(final int token, final int at) {
    return turn.end(token) > at && turn.start(token) <= at;
  }

  /**
   * Text before a call or an answer is reasoning where a model does not mark its thoughts; {@link
   * SpanKind#THINK} then stands for "if one follows".
   */
  private SpanKind kindOf(final int token) {
    final int end = turn.end(token);
    if (mode == Mode.ANSWER && end > markStart) {
      return SpanKind.ANSWER;
    }
    if (hasMark() && end > (calls.count() == 0 ? markStart : calls.mark(0))) {
      return SpanKind.TOOL_CALL;
    }
    final int start = turn.start(token);
    for (int i = 0; i < thoughts.length; i += 2) {
      if (end > thoughts[i] && start < thoughts[i + 1]) {
        return SpanKind.THINK;
      }
    }
    return rules.thinking().isKnown() || dialect.callOpen().isEmpty() || dialect.talks()
        ? SpanKind.TEXT
        : SpanKind.THINK;
  }

  /**
   * Tells whether text outside marks is reasoning only if a call or an answer follows it.
   *
   * @return true where a model does not mark its thoughts and may make calls.
   */
  public boolean guessesThoughts() {
    return !rules.thinking().isKnown() && !dialect.callOpen().isEmpty() && !dialect.talks();
  }

  /**
   * Tells whether the mark of a call or an answer was met.
   *
   * @return true from the token that completed it.
   */
  public boolean hasMark() {
    return mode == Mode.ANSWER || endsCalls();
  }
}
