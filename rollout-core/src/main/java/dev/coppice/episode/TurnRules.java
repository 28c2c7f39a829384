package dev.coppice.episode;

import java.util.List;
import java.util.Objects;

/**
 * Says what ends a turn besides calls, answers and end tokens, and how long it may think.
 *
 * @param tokens the most of one turn, forced ones included; 0 for no limit of its own.
 * @param stops that end a turn.
 * @param thinking of a turn.
 */
public record TurnRules(int tokens, Stops stops, Thinking thinking) {
  /** Nothing but the environment's marks and the end token ends a turn, and thoughts are unknown. */
  public static final TurnRules NONE = new TurnRules(0, Stops.NONE, Thinking.NONE);

  /** Checks that nothing is missing. */
  public TurnRules {
    Objects.requireNonNull(stops, "stops is null");
    Objects.requireNonNull(thinking, "thinking is null");
    if (tokens < 0) {
      throw new IllegalArgumentException("turn tokens must not be negative: tokens=" + tokens);
    }
  }

  /**
   * Lists texts that end a turn wherever they stand in it, thoughts and calls included.
   *
   * <p>All tokens up to the one that completes a stop stay in the trajectory, for they were sampled;
   * what that token says beyond the stop is no part of the text, nor is the stop itself unless {@code
   * included}. Of several stops the one that ends first counts; of those, the longest.
   *
   * @param texts looked for in the decoded turn, also across tokens.
   * @param lines beginnings of lines: such a line ends the turn at its line feed.
   * @param included whether the stop is part of the text that is scored.
   */
  public record Stops(List<String> texts, List<String> lines, boolean included) {
    /** Ends nothing. */
    public static final Stops NONE = new Stops(List.of(), List.of(), false);

    /** Keeps copies. */
    public Stops {
      texts = List.copyOf(texts);
      lines = List.copyOf(lines);
      if (texts.contains("") || lines.contains("")) {
        throw new IllegalArgumentException("an empty stop would end every turn: stop=\"\"");
      }
      if (lines.stream().anyMatch(line -> line.indexOf('\n') >= 0)) {
        throw new IllegalArgumentException(
            "the beginning of a line has no line feed: stop_line=" + lines);
      }
    }

    boolean isEmpty() {
      return texts.isEmpty() && lines.isEmpty();
    }

    /**
     * Finds the stop that ends first, the longest of them where several do.
     *
     * @param text of the turn.
     * @param from where the new text begins, in which it must end.
     * @return its start and its end, or null if there is none.
     */
    int[] find(final StringBuilder text, final int from) {
      int[] first = null;
      for (final String stop : texts) {
        final int start = text.indexOf(stop, Math.max(0, from - stop.length() + 1));
        first = earlier(first, start, stop.length());
      }
      int feed = lines.isEmpty() ? -1 : text.indexOf("\n", from);
      while (feed >= 0) {
        if (isStopLine(text, feed)) {
          return earlier(first, feed, 1);
        }
        feed = text.indexOf("\n", feed + 1);
      }
      return first;
    }

    private boolean isStopLine(final StringBuilder text, final int feed) {
      final int start = feed == 0 ? 0 : text.lastIndexOf("\n", feed - 1) + 1;
      return lines.stream()
          .anyMatch(
              line ->
                  start + line.length() <= feed
                      && line.contentEquals(text.subSequence(start, start + line.length())));
    }

    private static int[] earlier(final int[] found, final int start, final int length) {
      if (start < 0) {
        return found;
      }
      final int end = start + length;
      final boolean isFirst =
          found == null || end < found[1] || end == found[1] && start < found[0];
      return isFirst ? new int[] {start, end} : found;
    }
  }

  /**
   * Says how a model marks what it thinks, and how much of it there may be.
   *
   * <p>Marks of calls and answers inside thoughts are text.
   *
   * @param open begins thoughts; empty where they are unknown.
   * @param close ends thoughts; empty if and only if {@code open} is.
   * @param tokens of thoughts a turn, after which they are closed by force; 0 for no limit.
   * @param forced text that closes them, {@code close} within it.
   */
  public record Thinking(String open, String close, int tokens, String forced) {
    /** Knows no thoughts. */
    public static final Thinking NONE = new Thinking("", "", 0, "");

    /** Checks that the marks come in pairs and that the forced text closes. */
    public Thinking {
      if (open.isEmpty() != close.isEmpty()) {
        throw new IllegalArgumentException(
            "marks of thinking come in pairs: open=" + open + " close=" + close);
      }
      if (tokens < 0) {
        throw new IllegalArgumentException(
            "thinking tokens must not be negative: tokens=" + tokens);
      }
      if (tokens > 0 && (close.isEmpty() || !forced.contains(close))) {
        throw new IllegalArgumentException(
            "the text that ends thinking must hold its closing mark: close="
                + close
                + " forced="
                + forced);
      }
    }

    /**
     * Returns whether thoughts can be told from other text.
     *
     * @return true if there are marks.
     */
    public boolean isKnown() {
      return !open.isEmpty();
    }

    /**
     * Tells whether what a model is given leaves it thinking, as some chat templates do.
     *
     * @param given text before the turn.
     * @return true if it ends with the opening mark, but for white space.
     */
    public boolean isOpenAfter(final String given) {
      return isKnown() && given.stripTrailing().endsWith(open);
    }
  }
}
