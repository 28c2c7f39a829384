package dev.coppice.kvcache;

import static dev.coppice.kvcache.BlockDescriptor.FREE;
import static dev.coppice.kvcache.BlockDescriptor.NODE;
import static dev.coppice.kvcache.BlockDescriptor.NONE;
import static dev.coppice.kvcache.BlockDescriptor.PRIVATE;
import static dev.coppice.kvcache.BlockDescriptor.children;
import static dev.coppice.kvcache.BlockDescriptor.identity;
import static dev.coppice.kvcache.BlockDescriptor.indexed;
import static dev.coppice.kvcache.BlockDescriptor.next;
import static dev.coppice.kvcache.BlockDescriptor.owner;
import static dev.coppice.kvcache.BlockDescriptor.parent;
import static dev.coppice.kvcache.BlockDescriptor.pins;
import static dev.coppice.kvcache.BlockDescriptor.previous;
import static dev.coppice.kvcache.BlockDescriptor.refs;
import static dev.coppice.kvcache.BlockDescriptor.space;
import static dev.coppice.kvcache.BlockDescriptor.state;
import static dev.coppice.kvcache.BlockDescriptor.twinNext;

/**
 * Holds the state of every block: free, private to leases, or a node of the prefix tree.
 *
 * <p>{@code refs} counts the holders of a block: leases whose last node or tail it is, live nodes
 * whose parent it is, and copies that are still to be read from it. A lease therefore holds its
 * whole path by one count on the last node, which makes a fork O(1). A block is <i>live</i> exactly
 * if {@code refs > 0}; a count that reaches zero is passed on to the parent.
 *
 * <p>A node that stops being live joins the end of the queue of evictable blocks. Its children have
 * stopped before it, so a child always stands before its parent, and the head of the queue is a
 * leaf: eviction takes the head, the least recently used leaf, in O(1).
 *
 * <p>{@code next} links three kinds of lists that exclude one another: free blocks, evictable
 * blocks, and the private blocks of a lease.
 *
 * @unit nanoseconds of the injected clock.
 * @thread the cache's thread.
 * @cost a count that reaches zero costs O(1) per block that changes state, paid by its making.
 */
final class BlockPool {
  final PrefixTree tree;
  final NamespaceTable spaces;
  final int[] cells;
  final int[] store;
  final long[] liveSince;
  final PrefixCache cache;
  final int shift;
  final int slotMask;
  final int maxTokens;

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
      final PrefixCache cache,
      final PrefixTree tree,
      final NamespaceTable spaces,
      final BlockTimeSink sink) {
    final int blocks = cache.config().blocks();
    this.cache = cache;
    shift = Integer.numberOfTrailingZeros(cache.config().blockTokens());
    slotMask = cache.config().blockTokens() - 1;
    maxTokens = cache.config().maxTokensPerLease();
    store = tree.tokens;
    this.tree = tree;
    this.spaces = spaces;
    this.sink = sink;
    timed = sink != BlockTimeSink.NONE;
    cells = tree.cells;
    liveSince = new long[blocks];
    for (int b = 0; b < blocks; b++) {
      cells[next(b)] = b + 1;
    }
    cells[next(blocks - 1)] = NONE;
    free = blocks;
  }

  /** Takes a block for a lease; the caller has checked that one is free or evictable. */
  int take(final int forOwner) {
    if (free == 0) {
      evictOldest();
    }
    final int block = freeHead;
    freeHead = cells[next(block)];
    free--;
    cells[state(block)] = PRIVATE;
    cells[refs(block)] = 1;
    cells[next(block)] = NONE;
    becomeLive(block, forOwner);
    return block;
  }

  /** Turns a full private block into a node below another; its holder's count moves with it. */
  void seal(final int block, final int above, final int slot) {
    cells[state(block)] = NODE;
    tree.add(block, above, slot, spaces.dropped(slot));
    spaces.retain(slot);
  }

  /** Holds a node, and with it its whole path. */
  void retain(final int node, final int forOwner) {
    for (int b = node; b != NONE && cells[refs(b)]++ == 0; b = cells[parent(b)]) {
      unqueue(b);
      becomeLive(b, forOwner);
    }
  }

  /** Gives up one hold on a block. */
  void release(final int block) {
    int b = block;
    while (b != NONE && --cells[refs(b)] == 0) {
      endLive(b);
      if (cells[state(b)] == PRIVATE) {
        toFree(b);
        return;
      }
      final int above = cells[parent(b)];
      retire(b);
      b = above;
    }
  }

  /** Keeps a node that stopped being live for later, unless nobody could ever find it. */
  private void retire(final int node) {
    final boolean twin = tree.hasTwin(node);
    if (twin && cells[indexed(node)] == 1 && cells[refs(cells[twinNext(node)])] > 0) {
      tree.represent(cells[twinNext(node)], node);
    }
    if (cells[children(node)] == 0 && (twin || cells[identity(node)] == NONE)) {
      removeNode(node);
    } else {
      enqueue(node);
    }
  }

  /** Frees every evictable node of a slot and makes its live ones unfindable. */
  void drop(final int slot) {
    for (int b = oldest; b != NONE; ) {
      final int after = cells[next(b)];
      if (cells[space(b)] == slot) {
        unqueue(b);
        removeNode(b);
      }
      b = after;
    }
    for (int b = 0; b < liveSince.length; b++) {
      if (cells[state(b)] == NODE && cells[space(b)] == slot) {
        tree.removeFromIndex(b);
      }
    }
  }

  /** Moves the clock. */
  void advanceTo(final long timeNs) {
    if (timeNs < nowNs) {
      throw new IllegalArgumentException(
          "time went backwards: nowNs=" + timeNs + " before=" + nowNs);
    }
    liveBlockNs += live * (timeNs - nowNs);
    nowNs = timeNs;
  }

  /** Attributes the time of blocks that are still live. */
  void flush() {
    if (timed) {
      for (int b = 0; b < liveSince.length; b++) {
        if (cells[refs(b)] > 0) {
          sink.attribute(cells[owner(b)], nowNs - liveSince[b]);
          liveSince[b] = nowNs;
        }
      }
    }
  }

  /** The number of leases whose tail a private block is. */
  int holders(final int block) {
    return cells[refs(block)] - cells[pins(block)];
  }

  private void evictOldest() {
    final int block = oldest;
    unqueue(block);
    removeNode(block);
    evictedBlocks++;
  }

  private void removeNode(final int node) {
    tree.remove(node);
    spaces.release(cells[space(node)]);
    toFree(node);
  }

  private void toFree(final int block) {
    cells[state(block)] = FREE;
    cells[next(block)] = freeHead;
    freeHead = block;
    free++;
  }

  private void becomeLive(final int block, final int forOwner) {
    live++;
    if (timed) {
      cells[owner(block)] = forOwner;
      liveSince[block] = nowNs;
    }
  }

  private void endLive(final int block) {
    live--;
    if (timed) {
      sink.attribute(cells[owner(block)], nowNs - liveSince[block]);
    }
  }

  private void enqueue(final int node) {
    evictable++;
    cells[next(node)] = NONE;
    cells[previous(node)] = newest;
    if (newest == NONE) {
      oldest = node;
    } else {
      cells[next(newest)] = node;
    }
    newest = node;
  }

  private void unqueue(final int node) {
    evictable--;
    final int before = cells[previous(node)];
    final int after = cells[next(node)];
    if (before == NONE) {
      oldest = after;
    } else {
      cells[next(before)] = after;
    }
    if (after == NONE) {
      newest = before;
    } else {
      cells[previous(after)] = before;
    }
  }
}
