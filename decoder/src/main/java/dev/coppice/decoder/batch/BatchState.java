package dev.coppice.decoder.batch;

import dev.coppice.kvcache.KvCacheConfig;
import dev.coppice.kvcache.PrefixCache;
import dev.coppice.model.RunnerSession;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Holds everything the embedded runner knows in one session; {@link BatchRunner} owns it.
 *
 * @thread the engine thread.
 */
final class BatchState {
  final BatchConfig config;
  final RunnerSession session;
  final PrefixCache cache;
  final Int2ObjectHashMap<Sequence> sequences = new Int2ObjectHashMap<>();
  final Int2ObjectHashMap<GrownTree> trees = new Int2ObjectHashMap<>();
  final WaitingSequences queue = new WaitingSequences();
  final PlannedBatch batch = new PlannedBatch();
  long drawn;
  long blocksCopied;
  long preemptions;
  long blockNs;

  /** Whether the last plan found no place for anything, and nothing has happened since. */
  boolean stalled;

  BatchState(final BatchConfig config, final RunnerSession session, final int contextTokens) {
    this.config = config;
    this.session = session;
    this.cache =
        new PrefixCache(
            new KvCacheConfig(
                config.blockTokens(), config.kvBlocks(), config.leases(), contextTokens),
            this::attribute);
  }

  /**
   * Books the time of a block on the tree that reserved it. A block may outlive its tree, where
   * groups with equal prompts share it; then the oldest tree still growing pays.
   */
  private void attribute(final int tree, final long ns) {
    blockNs += ns;
    final GrownTree owner = trees.get(tree);
    final GrownTree payer = owner == null ? oldestTree() : owner;
    if (payer != null) {
      payer.heldNs += ns;
    }
  }

  private GrownTree oldestTree() {
    GrownTree oldest = null;
    for (final GrownTree tree : trees.values()) {
      if (oldest == null || tree.number < oldest.number) {
        oldest = tree;
      }
    }
    return oldest;
  }

  void enqueue(final Sequence sequence) {
    sequence.queued = true;
    queue.add(sequence);
  }

  void dequeue(final Sequence sequence) {
    if (sequence.queued) {
      queue.remove(sequence);
      sequence.queued = false;
    }
  }

  void advance() {
    cache.advanceTo(session.clockNs().getAsLong());
  }

  void checkIntegrity() {
    cache.checkIntegrity();
    final int sum = cache.freeBlocks() + cache.liveBlocks() + cache.evictableBlocks();
    if (sum != cache.capacityBlocks()) {
      throw new IllegalStateException("blocks do not add up: sum=" + sum);
    }
    if (sequences.isEmpty() && trees.isEmpty() && cache.liveBlocks() != 0) {
      throw new IllegalStateException("idle but blocks live: live=" + cache.liveBlocks());
    }
  }
}
