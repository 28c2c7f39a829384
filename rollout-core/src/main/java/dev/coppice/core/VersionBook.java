package dev.coppice.core;

import dev.coppice.kvcache.CacheNamespace;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.WeightSwap;
import java.util.List;
import org.agrona.collections.Int2IntCounterMap;
import org.agrona.collections.IntArrayList;

/**
 * Keeps the versions of the weights in use, and switches to new ones between two batches.
 *
 * <p>Every tree names the version its keys and values are of, and the prefix cache keeps versions
 * apart. Where running trees finish, a tree keeps its version, its forks inherit it, and a version is
 * retired when its last tree has ended. Where they recompute, all trees change at once.
 *
 * @thread the engine thread.
 */
final class VersionBook {
  private final State state;
  private final EngineConfig.Weights config;
  private final IntArrayList live = new IntArrayList();
  private final Int2IntCounterMap trees = new Int2IntCounterMap(0);
  private CacheNamespace newest;
  private int turn;
  private long decodedAtSwitch = -1;

  VersionBook(final State state) {
    this.state = state;
    this.config = state.config.weights();
    this.newest = namespace(config.firstVersion());
    live.addInt(config.firstVersion());
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
  boolean maySwitch() {
    if (config.swap() == WeightSwap.RECOMPUTE) {
      return state.counters.decoded > decodedAtSwitch || state.ready.isEmpty();
    }
    return live.size() < config.liveVersions();
  }

  /** The version whose turn it is to fill a batch; versions take turns, so none starves. */
  int nextTurn() {
    turn = turn + 1 >= live.size() ? 0 : turn + 1;
    return live.getInt(turn);
  }

  void opened(final TreeDraft tree) {
    tree.namespace = newest;
    trees.incrementAndGet(newest());
  }

  void ended(final TreeDraft tree, final List<Effect> effects) {
    final int version = tree.version();
    if (trees.decrementAndGet(version) == 0 && version != newest()) {
      retire(version, effects);
    }
  }

  void swap(final Event.WeightsSwapped swapped, final List<Effect> effects) {
    if (swapped.version() != newest() + 1 || state.forwardInFlight || !maySwitch()) {
      throw new IllegalStateException(
          "cannot switch: version="
              + swapped.version()
              + " newest="
              + newest()
              + " live="
              + live.size()
              + " forwardInFlight="
              + state.forwardInFlight);
    }
    newest = namespace(swapped.version());
    live.addInt(swapped.version());
    state.counters.weightSwaps++;
    decodedAtSwitch = state.counters.decoded;
    effects.add(new Effect.UseWeights(swapped.version()));
    if (config.swap() == WeightSwap.RECOMPUTE) {
      for (final Branch branch : state.branches.values()) {
        branch.release();
        move(branch.tree);
      }
    }
    state.groups.renewPrompts();
    for (int i = live.size() - 2; i >= 0; i--) {
      if (trees.get(live.getInt(i)) == 0) {
        retire(live.getInt(i), effects);
      }
    }
  }

  /** Puts a tree under the newest weights; its branches hold no keys and values any more. */
  void move(final TreeDraft tree) {
    if (tree.namespace != newest) {
      trees.decrementAndGet(tree.version());
      tree.namespace = newest;
      trees.incrementAndGet(newest());
    }
  }

  private void retire(final int version, final List<Effect> effects) {
    live.removeInt(version);
    turn = 0;
    state.cache.dropNamespace(namespace(version));
    effects.add(new Effect.RetireWeights(version));
  }
}
