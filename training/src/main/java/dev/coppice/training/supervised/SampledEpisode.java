package dev.coppice.training.supervised;

/**
 * Plays the world for one sampled sequence.
 *
 * @thread the sampler's thread only
 */
public interface SampledEpisode {

  /**
   * Returns the tokens the policy reads first.
   *
   * @return at least one token.
   */
  int[] prompt();

  /**
   * Takes one sampled token.
   *
   * @param token that was sampled.
   * @param entropyNats of the policy's own distribution (temperature 1) it was drawn at.
   * @return the tokens the world appends, usually none.
   */
  int[] accept(int token, double entropyNats);

  /**
   * Tells whether nothing more is to be sampled.
   *
   * @return true once the episode is over.
   */
  boolean isDone();
}
