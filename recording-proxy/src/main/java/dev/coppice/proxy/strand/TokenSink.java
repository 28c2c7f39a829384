package dev.coppice.proxy.strand;

import dev.coppice.trajectory.RolloutFailure;

/**
 * Takes what is sampled of one continuation.
 *
 * @thread the loop's; a sink must not block.
 */
public interface TokenSink {
  /**
   * Takes the next token.
   *
   * @param token sampled.
   * @param logprob of the token under the distribution drawn from.
   * @return whether to go on; false ends the continuation with this token.
   */
  boolean accept(int token, float logprob);

  /**
   * Takes in that the continuation ended: by the sink, by its length or by the context.
   *
   * @param sampled all of it.
   */
  void ended(Sampled sampled);

  /**
   * Takes in that there will be no more; what was sampled counts for nothing.
   *
   * @param failure that ended it.
   * @param discardedTokens computed for nothing.
   */
  void failed(RolloutFailure failure, long discardedTokens);
}
