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
  int everComputed;

  /** Whether the next token to be computed is one that was sampled here, and so was paid for. */
  boolean tailSampled;

  private final int length;

  Strand(final int branch, final int rollout, final int length) {
    this.branch = branch;
    this.rollout = rollout;
    this.length = length;
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
