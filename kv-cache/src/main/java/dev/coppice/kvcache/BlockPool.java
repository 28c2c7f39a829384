package dev.coppice.kvcache;

/**
 * Holds the state of every block: free, private to leases, or a node of the prefix tree.
 *
 * <p>{@code refs[b]} counts the holders of a block: leases whose last node or tail it is, live nodes
 * whose parent it is, and copies that are still to be read from it. A lease therefore holds its whole
 * path by one count on the last node, which makes a fork O(1). A block is <i>live</i> exactly if
 * {@code refs[b] > 0}; a count that reaches zero is passed on to the parent.
 *
 * <p>A node that stops being live joins the end of the queue of evictable blocks. Its children have
 * stopped before it, so a child always stands before its parent, and the head of the queue is a leaf:
 * eviction takes the head, the least recently used leaf, in O(1).
 *
 * <p>{@code next} links three kinds of lists that exclude one another: free blocks, evictable blocks,
 * and the private blocks of a lease.
 *
 * @unit nanoseconds of the injected clock.
 * @thread the cache's thread.
 * @cost a count that reaches zero costs O(1) per block that changes state, paid by its making.
 */
final class BlockPool {
  static final int NONE = -1;
  static final byte FREE = 0;
  static final byte PRIVATE = 1;
  static final byte NODE = 2;

  final PrefixTree tree;
  final NamespaceTable spaces;
  final byte[] state;
  final int[] refs;
  final int[] pins;
  final int[] next;
  final int[] previous;
  final int[] owner;
  final long[] liveSince;

  int free;
  int live;
  int evictable;
  int oldest = NONE;
  int newest = NONE;
  long evictedBlocks;
  long liveBlockNs;
  long nowNs;

  private final BlockTimeSink sink;
  private final boolean timed;
  private int freeHead;

  BlockPool(
      final int blocks,
      final PrefixTree tree,
      final NamespaceTable spaces,
      final BlockTimeSink sink) {
    this.tree = tree;
    this.spaces = spaces;
    this.sink = sink;
    timed = sink != BlockTimeSink.NONE;
    state = new byte[blocks];
    refs = new int[blocks];
    pins = new int[blocks];
    next = new int[blocks];
    previous = new int[blocks];
    owner = new int[blocks];
    liveSince = new long[blocks];
    for (int b = 0; b < blocks; b++) {
      next[b] = b + 1;
    }
    next[blocks - 1] = NONE;
    free = blocks;
  }

  /** Takes a block for a lease; the caller has checked that one is free or evictable. */
  int take(final int forOwner) {
    if (free == 0) {
      evictOldest();
    }
    final int block = freeHead;
    freeHead = next[block];
    free--;
    state[block] = PRIVATE;
    refs[block] = 1;
    next[block] = NONE;
    becomeLive(block, forOwner);
    return block;
  }

  /** Turns a full private block into a node below another; its holder's count moves with it. */
  void seal(final int block, final int above, final int slot) {
    state[block] = NODE;
    tree.add(block, above, slot, spaces.dropped(slot));
    spaces.retain(slot);
  }

  /** Holds a node and thereby its whole path. */
  void retain(final int node, final int forOwner) {
    for (int b = node; b != NONE && refs[b]++ == 0; b = tree.parent[b]) {
      unqueue(b);
      becomeLive(b, forOwner);
    }
  }

  /** Gives up one hold on a block. */
  void release(final int block) {
    int b = block;
    while (b != NONE && --refs[b] == 0) {
      endLive(b);
      if (state[b] == PRIVATE) {
        toFree(b);
        return;
      }
      final int above = tree.parent[b];
      retire(b);
      b = above;
    }
  }

  /** Keeps a node that stopped being live for later, unless nobody could ever find it. */
  private void retire(final int node) {
    final boolean twin = tree.hasTwin(node);
    if (twin && tree.indexed[node] && refs[tree.twinNext[node]] > 0) {
      tree.represent(tree.twinNext[node]);
    }
    if (tree.children[node] == 0 && (twin || tree.identity[node] == NONE)) {
      removeNode(node);
    } else {
      enqueue(node);
    }
  }

  /** Frees every evictable node of a slot and makes its live ones unfindable. */
  void drop(final int slot) {
    for (int b = oldest; b != NONE; ) {
      final int after = next[b];
      if (tree.space[b] == slot) {
        unqueue(b);
        removeNode(b);
      }
      b = after;
    }
    for (int b = 0; b < state.length; b++) {
      if (state[b] == NODE && tree.space[b] == slot) {
        tree.removeFromIndex(b);
      }
    }
  }

  /** Moves the clock. */
  void advanceTo(final long timeNs) {
    if (timeNs < nowNs) {
      throw new IllegalArgumentException("time ran back: nowNs=" + timeNs + " before=" + nowNs);
    }
    liveBlockNs += live * (timeNs - nowNs);
    nowNs = timeNs;
  }

  /** Attributes the time of blocks that are still live. */
  void flush() {
    if (timed) {
      for (int b = 0; b < state.length; b++) {
        if (refs[b] > 0) {
          sink.attribute(owner[b], nowNs - liveSince[b]);
          liveSince[b] = nowNs;
        }
      }
    }
  }

  /** The number of leases whose tail a private block is. */
  int holders(final int block) {
    return refs[block] - pins[block];
  }

  private void evictOldest() {
    final int block = oldest;
    unqueue(block);
    removeNode(block);
    evictedBlocks++;
  }

  private void removeNode(final int node) {
    tree.remove(node);
    spaces.release(tree.space[node]);
    toFree(node);
  }

  private void toFree(final int block) {
    state[block] = FREE;
    next[block] = freeHead;
    freeHead = block;
    free++;
  }

  private void becomeLive(final int block, final int forOwner) {
    live++;
    owner[block] = forOwner;
    liveSince[block] = nowNs;
  }

  private void endLive(final int block) {
    live--;
    if (timed) {
      sink.attribute(owner[block], nowNs - liveSince[block]);
    }
  }

  private void enqueue(final int node) {
    evictable++;
    next[node] = NONE;
    previous[node] = newest;
    if (newest == NONE) {
      oldest = node;
    } else {
      next[newest] = node;
    }
    newest = node;
  }

  private void unqueue(final int node) {
    evictable--;
    final int before = previous[node];
    final int after = next[node];
    if (before == NONE) {
      oldest = after;
    } else {
      next[before] = after;
    }
    if (after == NONE) {
      newest = before;
    } else {
      previous[after] = before;
    }
  }
}
