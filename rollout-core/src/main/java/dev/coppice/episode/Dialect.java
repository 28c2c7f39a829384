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
 */
public record Dialect(String callOpen, String callClose, String answerOpen, String answerClose) {
  /** Marks of an environment without tools and answers: the sequence ends at its end token. */
  public static final Dialect PLAIN = new Dialect("", "", "", "");

  /** Marks {@code <call>..</call>} and {@code <answer>..</answer>}. */
  public static final Dialect TAGS = new Dialect("<call>", "</call>", "<answer>", "</answer>");

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
