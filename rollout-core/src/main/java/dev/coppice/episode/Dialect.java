package dev.coppice.episode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lists the marks by which calls and answers are found in sampled text.
 *
 * <p>A mark may be one token or many. Empty marks stand for "this environment has none".
 *
 * @param callOpen begins a tool call, or empty.
 * @param callClose ends a tool call; empty if and only if {@code callOpen} is.
 * @param answerOpen begins the final answer, or empty.
 * @param answerClose ends the final answer, or empty if only the end of the sequence does.
 * @param ending says what ends a call.
 * @param callsPerTurn the most calls of one turn, at least 1. With one, its end ends the turn; with
 *     more, the turn goes on while calls follow one another, until its end token.
 * @param talks whether a turn without a call is said to the environment, which answers; else it is the
 *     final answer.
 */
public record Dialect(
    String callOpen,
    String callClose,
    String answerOpen,
    String answerClose,
    Ending ending,
    int callsPerTurn,
    boolean talks) {
  private static final Pattern BEGIN = Pattern.compile("\\s*(?:<\\|python_tag\\|>)?\\s*");
  private static final Pattern FUNCTION = Pattern.compile("\\[\\s*[A-Za-z_][\\w.]*\\(");

  /** Marks of an environment without tools and answers: the sequence ends at its end token. */
  public static final Dialect PLAIN = new Dialect("", "", "", "");

  /** Marks {@code <call>..</call>} and {@code <answer>..</answer>}. */
  public static final Dialect TAGS = new Dialect("<call>", "</call>", "<answer>", "</answer>");

  /**
   * Lists the marks of an environment that says nothing by itself.
   *
   * @param callOpen begins a tool call, or empty.
   * @param callClose ends a tool call.
   * @param answerOpen begins the final answer, or empty.
   * @param answerClose ends the final answer, or empty.
   * @param ending says what ends a call.
   * @param callsPerTurn the most calls of one turn.
   */
  public Dialect(
      final String callOpen,
      final String callClose,
      final String answerOpen,
      final String answerClose,
      final Ending ending,
      final int callsPerTurn) {
    this(callOpen, callClose, answerOpen, answerClose, ending, callsPerTurn, false);
  }

  /**
   * Returns the same marks of calls for an environment that talks: it ends the episode itself, so
   * there is no final answer.
   *
   * @return marks without those of answers.
   */
  public Dialect talking() {
    return new Dialect(callOpen, callClose, "", "", ending, callsPerTurn, true);
  }

  /** Says what ends a call. */
  public enum Ending {
    /** The first closing mark. */
    MARK,
    /** The first closing mark that does not stand in a string of JSON. */
    JSON,
    /** The bracket that closes the first one behind the mark; there is no closing mark. */
    BRACKET,
    /** The brace that closes the first one behind the mark: a name may stand before it. */
    BRACE,
    /**
     * The bracket that closes the one a call begins with: it is the opening mark, and counts where the
     * turn begins with it. A list in square brackets counts if a function's name follows.
     */
    BARE;

    boolean needsClose() {
      return this == MARK || this == JSON;
    }
  }

  /** Checks that marks come in pairs. */
  public Dialect {
    Objects.requireNonNull(answerClose, "answerClose is null");
    if (callsPerTurn < 1) {
      throw new IllegalArgumentException("a turn may have one call: most=" + callsPerTurn);
    }
    if (!ending.needsClose() && !(callClose.isEmpty() && !callOpen.isEmpty())) {
      throw new IllegalArgumentException(
          "a call that its bracket ends has an opening mark alone: callOpen="
              + callOpen
              + " callClose="
              + callClose);
    }
    if (ending.needsClose() && callOpen.isEmpty() != callClose.isEmpty()) {
      throw new IllegalArgumentException(
          "call marks come in pairs: callOpen=" + callOpen + " callClose=" + callClose);
    }
    if (answerOpen.isEmpty() && !answerClose.isEmpty()) {
      throw new IllegalArgumentException(
          "answerClose without answerOpen: answerClose=" + answerClose);
    }
  }

  /**
   * Lists marks of calls that end at the first closing mark, one a turn.
   *
   * @param callOpen begins a tool call, or empty.
   * @param callClose ends a tool call; empty if and only if {@code callOpen} is.
   * @param answerOpen begins the final answer, or empty.
   * @param answerClose ends the final answer, or empty if only the end of the sequence does.
   */
  public Dialect(
      final String callOpen,
      final String callClose,
      final String answerOpen,
      final String answerClose) {
    this(callOpen, callClose, answerOpen, answerClose, Ending.MARK, 1);
  }

  /**
   * Finds the end of a call.
   *
   * @param text of the turn.
   * @param start of what stands in the call.
   * @param changed where the text is new.
   * @return where its content ends, or -1 while it goes on.
   */
  int contentEnd(final StringBuilder text, final int start, final int changed) {
    return switch (ending) {
      case MARK -> text.indexOf(callClose, Math.max(start, changed - callClose.length() + 1));
      case JSON ->
          text.indexOf(callClose, Math.max(start, changed - callClose.length() + 1)) < 0
              ? -1
              : unquoted(text, start);
      case BRACKET, BARE -> balanced(text, start);
      case BRACE -> {
        final int brace = text.indexOf("{", start);
        yield brace < 0 ? -1 : balanced(text, brace);
      }
    };
  }

  /** A raw end of a line cannot stand in a string of JSON: whatever it was, it ends there. */
  private int unquoted(final StringBuilder text, final int start) {
    boolean quoted = false;
    for (int i = start; i < text.length(); i++) {
      final char c = text.charAt(i);
      if (!quoted && c == callClose.charAt(0) && text.indexOf(callClose, i) == i) {
        return i;
      }
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == '\n') {
        quoted = false;
      }
    }
    return -1;
  }

  private static int balanced(final StringBuilder text, final int start) {
    int depth = 0;
    char quote = 0;
    for (int i = start; i < text.length(); i++) {
      final char c = text.charAt(i);
      if (quote != 0) {
        i += c == '\\' ? 1 : 0;
        quote = c == quote || c == '\n' ? 0 : quote;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '{' || c == '[' || c == '(') {
        depth++;
      } else if ((c == '}' || c == ']' || c == ')') && --depth <= 0) {
        return i + 1;
      }
    }
    return -1;
  }

  /**
   * Finds where a call begins.
   *
   * @param text of the turn.
   * @param free where it may begin, behind the last thought.
   * @param from where to look for a mark, at least {@code free}.
   * @return where its mark begins, or -1.
   */
  int callStart(final StringBuilder text, final int free, final int from) {
    if (callOpen.isEmpty()) {
      return -1;
    }
    if (ending != Ending.BARE) {
      return text.indexOf(callOpen, from);
    }
    final Matcher begin = BEGIN.matcher(text).region(free, text.length());
    final int at = begin.lookingAt() ? begin.end() : free;
    final boolean isList = callOpen.equals("[");
    final boolean begins = text.indexOf(callOpen, at) == at;
    return begins && (!isList || FUNCTION.matcher(text).region(at, text.length()).lookingAt())
        ? at
        : -1;
  }

  /** Where the content of a call begins whose mark begins somewhere. */
  int contentStart(final int mark) {
    return ending == Ending.BARE ? mark : mark + callOpen.length();
  }

  /** Calls may stand on lines of their own, or have a comma or a semicolon between them. */
  int behindBlanks(final StringBuilder text, final int from) {
    int at = from;
    while (at < text.length()
        && (Character.isWhitespace(text.charAt(at)) || ";,".indexOf(text.charAt(at)) >= 0)) {
      at++;
    }
    return at;
  }

  /**
   * Lists the complete calls of a turn.
   *
   * @param places of each call in turn: where its mark begins, and where its content begins and ends.
   * @param end of the last call, closing mark included.
   */
  record Calls(int[] places, int end) {
    static final Calls NONE = new Calls(new int[0], 0);

    Calls and(final int[] call, final int closeChars) {
      final int[] more = Arrays.copyOf(places, places.length + call.length);
      System.arraycopy(call, 0, more, places.length, call.length);
      return new Calls(more, call[2] + closeChars);
    }

    int count() {
      return places.length / 3;
    }

    int mark(final int call) {
      return places[3 * call];
    }

    List<String> contents(final StringBuilder text) {
      final List<String> contents = new ArrayList<>(1);
      for (int i = 0; i < places.length; i += 3) {
        contents.add(text.substring(places[i + 1], places[i + 2]));
      }
      return contents;
    }
  }
}
