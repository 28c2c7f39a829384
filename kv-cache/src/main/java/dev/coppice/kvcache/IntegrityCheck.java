package dev.coppice.kvcache;

import static dev.coppice.kvcache.BlockDescriptor.FREE;
import static dev.coppice.kvcache.BlockDescriptor.NODE;
import static dev.coppice.kvcache.BlockDescriptor.NONE;
import static dev.coppice.kvcache.BlockDescriptor.PRIVATE;
import static dev.coppice.kvcache.BlockDescriptor.children;
import static dev.coppice.kvcache.BlockDescriptor.depth;
import static dev.coppice.kvcache.BlockDescriptor.hash;
import static dev.coppice.kvcache.BlockDescriptor.identity;
import static dev.coppice.kvcache.BlockDescriptor.indexed;
import static dev.coppice.kvcache.BlockDescriptor.key;
import static dev.coppice.kvcache.BlockDescriptor.next;
import static dev.coppice.kvcache.BlockDescriptor.parent;
import static dev.coppice.kvcache.BlockDescriptor.pins;
import static dev.coppice.kvcache.BlockDescriptor.previous;
import static dev.coppice.kvcache.BlockDescriptor.refs;
import static dev.coppice.kvcache.BlockDescriptor.space;
import static dev.coppice.kvcache.BlockDescriptor.state;
import static dev.coppice.kvcache.BlockDescriptor.twinNext;
import static dev.coppice.kvcache.BlockDescriptor.twinPrevious;

/**
 * Recounts a cache from its leases and blocks and compares with what it keeps incrementally.
 *
 * @thread the cache's thread.
 * @cost O(blocks * S + leases).
 */
final class IntegrityCheck {
  private final KvCacheConfig config;
  private final BlockPool pool;
  private final PrefixTree tree;
  private final int[] cells;
  private final PrefixLease[] leases;
  private final int idleLeases;
  private final int[] refs;
  private final int[] pins;
  private final int[] children;

  IntegrityCheck(
      final KvCacheConfig config,
      final BlockPool pool,
      final PrefixLease[] leases,
      final int idleLeases) {
    this.config = config;
    this.pool = pool;
    this.tree = pool.tree;
    this.cells = pool.cells;
    this.leases = leases;
    this.idleLeases = idleLeases;
    refs = new int[config.blocks()];
    pins = new int[config.blocks()];
    children = new int[config.blocks()];
  }

  void run() {
    countLeases();
    countNodes();
    checkReferences();
    checkStates();
    checkQueue();
    checkTree();
    checkIndex();
    checkNamespaces();
  }

  private void countLeases() {
    int open = 0;
    for (final PrefixLease lease : leases) {
      if (!lease.open) {
        continue;
      }
      open++;
      if (lease.last != NONE) {
        refs[lease.last]++;
        require(
            cells[depth(lease.last)] == lease.fullBlocks(),
            "lease depth = its full blocks",
            lease.last);
      }
      int block = lease.privateHead;
      for (int i = 0; i < lease.privateBlocks; i++) {
        require(cells[state(block)] == PRIVATE, "private list holds private blocks", block);
        refs[block]++;
        block = cells[next(block)];
      }
      if (lease.copySource != NONE) {
        refs[lease.copySource]++;
        pins[lease.copySource]++;
      }
    }
    require(open + idleLeases == leases.length, "open + idle leases = maxLeases", NONE);
  }

  private void countNodes() {
    for (int b = 0; b < refs.length; b++) {
      if (cells[state(b)] == NODE && cells[parent(b)] != NONE) {
        children[cells[parent(b)]]++;
        if (cells[refs(b)] > 0) {
          refs[cells[parent(b)]]++;
        }
      }
    }
  }

  private void checkReferences() {
    for (int b = 0; b < refs.length; b++) {
      require(refs[b] == cells[refs(b)], "references = holders", b);
      require(pins[b] == cells[pins(b)], "pins = pending copies", b);
    }
  }

  private void checkStates() {
    int free = 0;
    int live = 0;
    int evictable = 0;
    for (int b = 0; b < refs.length; b++) {
      if (cells[refs(b)] > 0) {
        require(cells[state(b)] != FREE, "a free block has no holder", b);
        live++;
      } else if (cells[state(b)] == NODE) {
        evictable++;
      } else {
        require(cells[state(b)] == FREE, "a private block has a holder", b);
        free++;
      }
    }
    require(live == pool.live, "live blocks counted", live);
    require(free == pool.free, "free blocks counted", free);
    require(evictable == pool.evictable, "evictable blocks counted", evictable);
    require(
        pool.free + pool.live + pool.evictable == config.blocks(),
        "free + live + evictable = capacity",
        config.blocks());
  }

  private void checkQueue() {
    final int[] place = new int[refs.length];
    int length = 0;
    int before = NONE;
    for (int b = pool.oldest; b != NONE; b = cells[next(b)]) {
      require(cells[previous(b)] == before, "queue is linked both ways", b);
      require(cells[state(b)] == NODE && cells[refs(b)] == 0, "queue holds evictable blocks", b);
      place[b] = ++length;
      require(length <= pool.evictable, "queue has no cycle", b);
      before = b;
    }
    require(pool.newest == before, "queue ends at the newest", before);
    require(length == pool.evictable, "queue holds every evictable block", length);
    for (int b = 0; b < refs.length; b++) {
      if (place[b] > 0 && cells[parent(b)] != NONE && place[cells[parent(b)]] > 0) {
        require(place[b] < place[cells[parent(b)]], "a child is evicted before its parent", b);
      }
    }
  }

  private void checkTree() {
    for (int b = 0; b < refs.length; b++) {
      if (cells[state(b)] != NODE) {
        continue;
      }
      final int above = cells[parent(b)];
      require(children[b] == cells[children(b)], "children counted", b);
      final int hint = tree.hint[b];
      require(
          hint == NONE || (cells[state(hint)] == NODE && cells[parent(hint)] == b),
          "a hint names a child",
          b);
      require(cells[depth(b)] == (above == NONE ? 1 : cells[depth(above)] + 1), "depth counted", b);
      if (above != NONE) {
        require(cells[state(above)] == NODE, "a parent is a node", b);
        require(cells[space(above)] == cells[space(b)], "a path stays in one namespace", b);
      }
    }
  }

  private void checkIndex() {
    int identities = 0;
    for (int b = 0; b < refs.length; b++) {
      if (cells[state(b)] != NODE) {
        continue;
      }
      final boolean dropped = pool.spaces.dropped(cells[space(b)]);
      require((cells[identity(b)] == NONE) == dropped, "identity unless dropped", b);
      if (dropped) {
        continue;
      }
      final int above = cells[parent(b)];
      final int under =
          above == NONE ? NamespaceTable.rootKey(cells[space(b)]) : cells[identity(above)];
      require(cells[key(b)] == under, "key = identity of the parent", b);
      require(cells[hash(b)] == tree.hashOf(b), "hash of the tokens", b);
      final int twin = cells[twinNext(b)];
      require(cells[twinPrevious(twin)] == b, "twins are linked both ways", b);
      require(cells[identity(twin)] == cells[identity(b)], "twins have one identity", b);
      final int found = tree.lookUp(b);
      require(found != NONE && cells[indexed(found)] == 1, "a node is found by its tokens", b);
      require(cells[identity(found)] == cells[identity(b)], "the node found is equal", b);
      require(cells[indexed(b)] == 0 || found == b, "one representative for an identity", b);
      identities += cells[indexed(b)];
    }
    require(identities == tree.indexEntries(), "index holds the representatives", identities);
    require(
        identities + tree.freeIdentityCount() == config.blocks(), "identities counted", identities);
  }

  private void checkNamespaces() {
    final int[] uses = new int[pool.spaces.slots()];
    for (int b = 0; b < refs.length; b++) {
      if (cells[state(b)] == NODE) {
        uses[cells[space(b)]]++;
      }
    }
    for (final PrefixLease lease : leases) {
      if (lease.open) {
        uses[lease.slot]++;
      }
    }
    for (int slot = 0; slot < uses.length; slot++) {
      require(uses[slot] == pool.spaces.uses(slot), "uses of a namespace counted", slot);
    }
  }

  private static void require(final boolean holds, final String law, final int at) {
    if (!holds) {
      throw new IllegalStateException("broken law: " + law + " at=" + at);
    }
  }
}
