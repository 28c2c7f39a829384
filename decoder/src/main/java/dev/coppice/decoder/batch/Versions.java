package dev.coppice.decoder.batch;

import dev.coppice.kvcache.CacheNamespace;
import org.agrona.collections.Int2IntCounterMap;
import org.agrona.collections.IntArrayList;

/**
 * Keeps the versions of the weights in use, and goes over to new ones between two batches.
 *
 * <p>Every tree names the version its keys and values are of, and the prefix cache keeps versions
 * apart. Where running trees finish, a tree keeps its version, its forks inherit it, and a version is
 * retired when its last tree has ended. Where they recompute, all trees change at once.
 *
 * @thread the engine thread.
 */
final class Versions {
  private final BatchState state;
  private final InferenceBackend backend;
  private final IntArrayList live = new IntArrayList();
  private final Int2IntCounterMap trees = new Int2IntCounterMap(0);
  private CacheNamespace newest;
  private int turn;
  private long drawnAtSwitch = -1;

  Versions(final BatchState state, final InferenceBackend backend) {
    this.state = state;
    this.backend = backend;
    this.newest = namespace(state.session.firstVersion());
    live.addInt(state.session.firstVersion());
  }

  private static CacheNamespace namespace(final int version) {
    return new CacheNamespace(version, 0, 0L);
  }

  /** The version of trees to come. */
  int newest() {
    return newest.policyVersion();
  }

  /** The number of versions that the backend must be able to compute with. */
  int live() {
    return live.size();
  }

  /**
   * Whether one more version may come. Finishing trees keep old versions alive, of which only so many
   * are held; trees that recompute must have sampled something since the last switch, or versions
   * that come faster than prefill would stop the rollouts.
   */
  boolean mayAdopt() {
    if (state.session.recompute()) {
      return state.drawn > drawnAtSwitch || state.queue.isEmpty();
    }
    return live.size() < state.session.liveVersions();
  }

  /** The version whose turn it is to fill a batch; versions take turns, so none starves. */
  int nextTurn() {
    turn = turn + 1 >= live.size() ? 0 : turn + 1;
    return live.getInt(turn);
  }

  void opened(final GrownTree tree) {
    tree.namespace = newest;
    trees.incrementAndGet(newest());
  }

  void ended(final GrownTree tree) {
    final int version = tree.version();
    if (trees.decrementAndGet(version) == 0 && version != newest()) {
      retire(version);
    }
  }

  /** Makes a version the newest; where trees recompute, all of them go over to it. */
  void adopt(final int version) {
    if (version != newest() + 1 || !mayAdopt()) {
      throw new IllegalStateException(
          "cannot switch: version=" + version + " newest=" + newest() + " live=" + live.size());
    }
    newest = namespace(version);
    live.addInt(version);
    drawnAtSwitch = state.drawn;
    if (state.session.recompute()) {
      for (final Sequence sequence : state.sequences.values()) {
        sequence.closeLease();
        move(sequence.tree);
      }
    }
  }

  /** Puts a tree under the newest weights; its sequences hold no keys and values any more. */
  void move(final GrownTree tree) {
    if (tree.namespace != newest) {
      trees.decrementAndGet(tree.version());
      tree.namespace = newest;
      trees.incrementAndGet(newest());
    }
  }

  /** Drops the versions no tree is on any more. */
  void retireUnused() {
    for (int i = live.size() - 2; i >= 0; i--) {
      if (trees.get(live.getInt(i)) == 0) {
        retire(live.getInt(i));
      }
    }
  }

  private void retire(final int version) {
    live.removeInt(version);
    turn = 0;
    state.cache.dropNamespace(namespace(version));
    backend.retire(version);
  }
}
