package dev.coppice.engine;

import dev.coppice.rollout.GroupResult;

/**
 * Is told of finished groups.
 *
 * @thread the engine thread; whoever has much to do hands the group over.
 */
@FunctionalInterface
public interface GroupListener {
  /**
   * Takes a finished group.
   *
   * @param result immutable; owned by the listener from now on.
   */
  void onGroup(GroupResult result);
}
