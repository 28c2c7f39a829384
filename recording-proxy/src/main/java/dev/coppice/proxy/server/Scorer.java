package dev.coppice.proxy.server;

import dev.coppice.proxy.record.Ending;
import dev.coppice.proxy.record.Recording;
import dev.coppice.proxy.record.Rollout;

/**
 * Gives a rollout its reward when it ends and its agent gave none.
 *
 * @thread any; it may take its time.
 */
@FunctionalInterface
public interface Scorer {
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
