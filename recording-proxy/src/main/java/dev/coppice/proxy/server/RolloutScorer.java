package dev.coppice.proxy.server;

import dev.coppice.proxy.recorded.Ending;
import dev.coppice.proxy.recorded.Recording;
import dev.coppice.proxy.recorded.Rollout;

/**
 * Gives a rollout its reward when it ends and its agent gave none.
 *
 * @thread any; it may take its time.
 */
@FunctionalInterface
public interface RolloutScorer {
  /**
   * Scores a rollout.
   *
   * @param recording that knows what happened in it.
   * @param rollout that ends.
   * @param ending as its agent told it, without a reward.
   * @return the ending with a reward, or a failure.
   */
  Ending score(Recording recording, Rollout rollout, Ending ending);
}
