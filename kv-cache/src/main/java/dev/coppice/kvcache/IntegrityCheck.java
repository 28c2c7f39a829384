package dev.coppice.kvcache;

/**
 * Recounts a cache from its leases and blocks and compares with what it keeps incrementally.
 *
 * @thread the cache's thread.
 * @cost O(blocks * S + leases).
 */
final class IntegrityCheck {
  private static final int NONE = -1;

  private final KvCacheConfig config;
  private final BlockPool pool;
  private final PrefixTree tree;
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
            tree.depth[lease.last] == lease.fullBlocks,
            "lease depth = its full blocks",
            lease.last);
      }
      int block = lease.privateHead;
      for (int i = 0; i < lease.privateBlocks; i++) {
        require(pool.state[block] == BlockPool.PRIVATE, "private list holds private blocks", block);
        refs[block]++;
        block = pool.next[block];
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
      if (pool.state[b] == BlockPool.NODE && tree.parent[b] != NONE) {
        children[tree.parent[b]]++;
        if (pool.refs[b] > 0) {
          refs[tree.parent[b]]++;
        }
      }
    }
  }

  private void checkReferences() {
    for (int b = 0; b < refs.length; b++) {
      require(refs[b] == pool.refs[b], "references = holders", b);
      require(pins[b] == pool.pins[b], "pins = pending copies", b);
    }
  }

  private void checkStates() {
    int free = 0;
    int live = 0;
    int evictable = 0;
    for (int b = 0; b < refs.length; b++) {
      if (pool.refs[b] > 0) {
        require(pool.state[b] != BlockPool.FREE, "a free block has no holder", b);
        live++;
      } else if (pool.state[b] == BlockPool.NODE) {
        evictable++;
      } else {
        require(pool.state[b] == BlockPool.FREE, "a private block has a holder", b);
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
    for (int b = pool.oldest; b != NONE; b = pool.next[b]) {
      require(pool.previous[b] == before, "queue is linked both ways", b);
      require(
          pool.state[b] == BlockPool.NODE && pool.refs[b] == 0, "queue holds evictable blocks", b);
      place[b] = ++length;
      require(length <= pool.evictable, "queue has no cycle", b);
      before = b;
    }
    require(pool.newest == before, "queue ends at the newest", before);
    require(length == pool.evictable, "queue holds every evictable block", length);
    for (int b = 0; b < refs.length; b++) {
      if (place[b] > 0 && tree.parent[b] != NONE && place[tree.parent[b]] > 0) {
        require(place[b] < place[tree.parent[b]], "a child is evicted before its parent", b);
      }
    }
  }

  private void checkTree() {
    for (int b = 0; b < refs.length; b++) {
      if (pool.state[b] != BlockPool.NODE) {
        continue;
      }
      final int above = tree.parent[b];
      require(children[b] == tree.children[b], "children counted", b);
      final int hint = tree.hint[b];
      require(
          hint == NONE || (pool.state[hint] == BlockPool.NODE && tree.parent[hint] == b),
          "a hint names a child",
          b);
      require(tree.depth[b] == (above == NONE ? 1 : tree.depth[above] + 1), "depth counted", b);
      if (above != NONE) {
        require(pool.state[above] == BlockPool.NODE, "a parent is a node", b);
        require(tree.space[above] == tree.space[b], "a path stays in one namespace", b);
      }
    }
  }

  private void checkIndex() {
    int identities = 0;
    for (int b = 0; b < refs.length; b++) {
      if (pool.state[b] != BlockPool.NODE) {
        continue;
      }
      final boolean dropped = pool.spaces.dropped(tree.space[b]);
      require((tree.identity[b] == NONE) == dropped, "identity unless dropped", b);
      if (dropped) {
        continue;
      }
      final int above = tree.parent[b];
      final int under =
          above == NONE ? NamespaceTable.rootKey(tree.space[b]) : tree.identity[above];
      require(tree.key[b] == under, "key = identity of the parent", b);
      require(tree.hashes[b] == tree.hashOf(b), "hash of the tokens", b);
      final int twin = tree.twinNext[b];
      require(tree.twinPrevious[twin] == b, "twins are linked both ways", b);
      require(tree.identity[twin] == tree.identity[b], "twins have one identity", b);
      final int found = tree.lookUp(b);
      require(found != NONE && tree.indexed[found], "a node is found by its tokens", b);
      require(tree.identity[found] == tree.identity[b], "the node found is equal", b);
      require(!tree.indexed[b] || found == b, "one representative for an identity", b);
      identities += tree.indexed[b] ? 1 : 0;
    }
    require(identities == tree.indexEntries(), "index holds the representatives", identities);
    require(
        identities + tree.freeIdentityCount() == config.blocks(), "identities counted", identities);
  }

  private void checkNamespaces() {
    final int[] uses = new int[pool.spaces.slots()];
    for (int b = 0; b < refs.length; b++) {
      if (pool.state[b] == BlockPool.NODE) {
        uses[tree.space[b]]++;
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
