package dev.coppice.environments.toolworld;

/**
 * Counts the branches that hold one instance; the last to leave closes it.
 *
 * @thread any.
 */
final class WorldShare {
  private final ToolWorld world;
  private int holders = 1;
  private boolean broken;

  WorldShare(final ToolWorld world) {
    this.world = world;
  }

  ToolWorld world() {
    return world;
  }

  synchronized WorldShare join() {
    holders++;
    return this;
  }

  /** Tells whether a single branch holds the instance, so that it may write in place. */
  synchronized boolean isSole() {
    return holders == 1;
  }

  /** Remembers that a call was cut off in the instance, so that others stay away from it. */
  synchronized void markBroken() {
    broken = true;
  }

  synchronized boolean isBroken() {
    return broken;
  }

  void leave() {
    final boolean last;
    synchronized (this) {
      last = --holders == 0;
    }
    if (last) {
      world.close();
    }
  }
}
