package dev.coppice.draw;

/** Names the randomness of branches and of the tokens they draw. */
public final class DrawKey {
  private static final int TOKEN_STREAM = 1;

  private DrawKey() {}

  /**
   * Names the randomness of a child born at a fork; child 0 goes on with its parent's key.
   *
   * @param key of the parent.
   * @param position of the fork in tokens.
   * @param child from 0.
   * @return the key of the child.
   */
  public static long child(final long key, final int position, final int child) {
    return child == 0 ? key : CounterRandom.mix(CounterRandom.mix(key, position), child);
  }

  /**
   * Returns the uniform number that decides one token.
   *
   * @param key of the branch.
   * @param position of the token in its sequence.
   * @return a number in [0, 1).
   */
  public static double uniform(final long key, final int position) {
    return CounterRandom.uniform(key, TOKEN_STREAM, position);
  }
}
