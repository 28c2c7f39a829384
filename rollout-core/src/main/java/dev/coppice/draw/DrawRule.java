package dev.coppice.draw;

import java.util.Objects;

/**
 * Says what the randomness of a token is keyed by, and how a token comes of it.
 *
 * @param origin from which the position of a token is counted.
 * @param coupling of a token to its randomness.
 */
public record DrawRule(Origin origin, Coupling coupling) {
  /** Counted from the sequence's beginning, by inverse distribution function. */
  public static final DrawRule DEFAULT = new DrawRule(Origin.SEQUENCE, Coupling.INVERSE_CDF);

  private static final int GUMBEL_STREAM = 2;
  private static final double SMALLEST = 0x1.0p-54;

  /** Checks that nothing is missing. */
  public DrawRule {
    Objects.requireNonNull(origin, "origin is null");
    Objects.requireNonNull(coupling, "coupling is null");
  }

  /** Names where positions are counted from. */
  public enum Origin {
    /** The beginning of the sequence. */
    SEQUENCE,
    /**
     * The end of the prompt: two paths whose prompts differ in length draw their n-th token with the
     * same number, so a change of the prompt leaves them coupled.
     */
    PROMPT
  }

  /** Names how a token comes of its randomness; every way has the same marginals. */
  public enum Coupling {
    /** One uniform number, and the first token whose cumulative probability exceeds it. */
    INVERSE_CDF,
    /**
     * A Gumbel number for each token, and the token of the largest sum with its log-probability: two
     * near distributions then draw the same token most of the time, wherever their difference lies.
     */
    GUMBEL
  }

  /**
   * Returns whether draws are coupled by Gumbel numbers.
   *
   * @return true where they are.
   */
  public boolean isGumbel() {
    return coupling == Coupling.GUMBEL;
  }

  /**
   * Draws the Gumbel number of a token.
   *
   * @param key of the draw's position, from {@link #place}.
   * @param token id.
   * @return a number of the standard Gumbel distribution.
   */
  public static double gumbel(final long key, final int token) {
    final double uniform = CounterRandom.uniform(key, GUMBEL_STREAM, token);
    return -Math.log(-Math.log(uniform + SMALLEST));
  }

  /**
   * Names the Gumbel numbers of one position.
   *
   * @param key of the sample.
   * @param position of the token to be drawn.
   * @return the key of {@link #gumbel}.
   */
  public static long place(final long key, final int position) {
    return CounterRandom.mix(CounterRandom.mix(key, GUMBEL_STREAM), position);
  }
}
