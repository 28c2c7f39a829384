package dev.coppice.episode;

import java.util.Objects;

/**
 * Lists the marks by which calls and answers are found in sampled text.
 *
 * <p>A mark may be one token or many. Empty marks stand for "this environment has none".
 *
 * @param callOpen begins a tool call, or empty.
 * @param callClose ends a tool call; empty if and only if {@code callOpen} is.
 * @param answerOpen begins the final answer, or empty.
 * @param answerClose ends the final answer, or empty if only the end of the sequence does.
 * @param talks whether a turn without a call is said to the environment, which answers; else it is the
 *     final answer.
 */
public record Dialect(
    String callOpen, String callClose, String answerOpen, String answerClose, boolean talks) {
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
   */
  public Dialect(
      final String callOpen,
      final String callClose,
      final String answerOpen,
      final String answerClose) {
    this(callOpen, callClose, answerOpen, answerClose, false);
  }

  /**
   * Returns the same marks of calls for an environment that talks: it ends the episode itself, so
   * there is no final answer.
   *
   * @return marks without those of answers.
   */
  public Dialect talking() {
    return new Dialect(callOpen, callClose, "", "", true);
  }

  /** Checks that marks come in pairs. */
  public Dialect {
    Objects.requireNonNull(answerClose, "answerClose is null");
    if (callOpen.isEmpty() != callClose.isEmpty()) {
      throw new IllegalArgumentException(
          "call marks come in pairs: callOpen=" + callOpen + " callClose=" + callClose);
    }
    if (answerOpen.isEmpty() && !answerClose.isEmpty()) {
      throw new IllegalArgumentException(
          "answerClose without answerOpen: answerClose=" + answerClose);
    }
  }
}
