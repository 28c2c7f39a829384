package dev.coppice.proxy.strand;

/**
 * Names a path a runner still knows: a branch of its, idle between two requests of an agent.
 *
 * @thread the loop's, but {@link #length}.
 */
public final class Strand {
  final int branch;
  final int rollout;

  /** Tokens of the path that were computed, or found, and so are booked. */
  final int everComputed;

  /** Whether the next token to be computed is one that was sampled here, and so was paid for. */
  final boolean tailSampled;

  private final int length;

  Strand(final Running left) {
    branch = left.branch;
    rollout = left.ask.rollout();
    length = left.work.length();
    everComputed = left.everComputed;
    tailSampled = left.tailSampled;
  }

  /**
   * Returns the length of the path when the strand was left.
   *
   * @return the number of tokens.
   */
  public int length() {
    return length;
  }
}
