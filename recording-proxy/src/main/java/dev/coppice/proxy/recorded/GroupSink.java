package dev.coppice.proxy.recorded;

import dev.coppice.rollout.GroupResult;

/**
 * Takes groups that are whole.
 *
 * @thread one at a time.
 */
@FunctionalInterface
public interface GroupSink {
  /**
   * Keeps a group; when it returns, the group is durable.
   *
   * @param group with at least one tree.
   */
  void take(GroupResult group);
}
