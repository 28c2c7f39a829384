package dev.coppice.trajectory;

import java.util.Objects;

/**
 * Marks a run of tokens inside one node.
 *
 * @param start of the run, in tokens from the node's first.
 * @param length of the run in tokens.
 * @param kind of the run.
 * @param call the id of the tool call the run belongs to, or {@link #NO_CALL}.
 */
public record Span(int start, int length, SpanKind kind, int call) {
  /** Stands for a span outside every tool call. */
  public static final int NO_CALL = -1;

  /** Checks that the span is not negative. */
  public Span {
    Objects.requireNonNull(kind, "kind is null");
    if (start < 0 || length < 0) {
      throw new IllegalArgumentException("span is negative: start=" + start + " length=" + length);
    }
  }

  /**
   * Returns the end of the run.
   *
   * @return the index after the last token of the run, in tokens from the node's first.
   */
  public int end() {
    return start + length;
  }
}
