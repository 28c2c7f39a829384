package dev.coppice.kvcache;

import java.util.Arrays;

/**
 * Finds full blocks by the tokens that lead to them.
 *
 * <p>A node is one full block. Its <i>parent</i> is the block before it in the sequence that
 * computed it. Two sequences may compute equal blocks at the same time; both stay, as <i>twins</i>:
 * a ring of blocks with one <i>identity</i>, one of which, the representative, is in the hash
 * index. A child is indexed under the identity of its parent, not under the block, so a child of
 * any twin is found, and the last twin to go takes the identity with it.
 *
 * <p>Most nodes have one child; {@code hint} names one child of a block, so a walk along a path
 * compares tokens and computes a hash only where the path branches.
 *
 * <p>Invariants: {@code children[b]} = the number of nodes whose parent is b; {@code hint[b]} is -1
 * or a node whose parent is b; a node has an identity exactly if its namespace is not dropped; one
 * block of each identity is in the index; an identity in use has a block.
 *
 * @shape all arrays one value per block; tokens int[blocks * S].
 * @cost a step of a walk compares S tokens; insertion and removal are O(1) expected.
 */
final class PrefixTree {
  static final int NONE = -1;
  private static final long EMPTY = -1;

  final int[] tokens;
  final int[] parent;
  final int[] children;
  final int[] hint;
  final int[] depth;
  final int[] space;
  final int[] identity;
  final int[] key;
  final int[] hashes;
  final int[] twinNext;
  final int[] twinPrevious;
  final boolean[] indexed;

  private final BlockHash hash;
  private final int blockTokens;
  private final long[] index;
  private final int mask;
  private final int[] freeIdentities;
  private int freeIdentityCount;

  PrefixTree(final int blocks, final int blockTokens, final BlockHash hash) {
    this.hash = hash;
    this.blockTokens = blockTokens;
    tokens = new int[blocks * blockTokens];
    parent = new int[blocks];
    children = new int[blocks];
    hint = new int[blocks];
    depth = new int[blocks];
    space = new int[blocks];
    identity = new int[blocks];
    key = new int[blocks];
    hashes = new int[blocks];
    twinNext = new int[blocks];
    twinPrevious = new int[blocks];
    indexed = new boolean[blocks];
    Arrays.fill(hint, NONE);
    Arrays.fill(identity, NONE);
    final int size = Integer.highestOneBit(Math.max(8, Math.min(blocks, 1 << 28))) << 2;
    index = new long[size];
    Arrays.fill(index, EMPTY);
    mask = size - 1;
    freeIdentities = new int[blocks];
    for (int i = 0; i < blocks; i++) {
      freeIdentities[i] = blocks - 1 - i;
    }
    freeIdentityCount = blocks;
  }

  /** The last block of the longest path that equals a prefix of the tokens, or {@link #NONE}. */
  int match(final int slot, final int[] query, final int length) {
    int last = NONE;
    for (int offset = 0; offset <= length - blockTokens; offset += blockTokens) {
      int child = last == NONE ? NONE : hint[last];
      if (child == NONE || !sameTokens(child, query, offset)) {
        final int under = last == NONE ? NamespaceTable.rootKey(slot) : identity[last];
        child = find(under, hash.hash(under, query, offset, blockTokens), query, offset);
        if (child == NONE) {
          break;
        }
      }
      last = child;
    }
    return last;
  }

  /** Adds a block that became full, below the block before it or at the root. */
  void add(final int block, final int above, final int slot, final boolean dropped) {
    parent[block] = above;
    children[block] = 0;
    hint[block] = NONE;
    space[block] = slot;
    depth[block] = 1;
    if (above != NONE) {
      depth[block] = depth[above] + 1;
      children[above]++;
      if (hint[above] == NONE) {
        hint[above] = block;
      }
    }
    if (!dropped) {
      addToIndex(block, above == NONE ? NamespaceTable.rootKey(slot) : identity[above]);
    }
  }

  /** Takes a childless block out of the tree. */
  void remove(final int block) {
    final int above = parent[block];
    if (above != NONE) {
      children[above]--;
      if (hint[above] == block) {
        hint[above] = NONE;
      }
    }
    if (identity[block] != NONE) {
      removeFromIndex(block);
    }
  }

  /** Makes a block unfindable; a twin takes its place if there is one. */
  void removeFromIndex(final int block) {
    final int twin = twinNext[block];
    if (twin == block) {
      removeEntry(entryOf(block));
      freeIdentities[freeIdentityCount++] = identity[block];
    } else {
      if (indexed[block]) {
        represent(twin);
      }
      twinNext[twinPrevious[block]] = twin;
      twinPrevious[twin] = twinPrevious[block];
    }
    indexed[block] = false;
    identity[block] = NONE;
  }

  /** Whether an equal block with the same prefix is in the tree besides this one. */
  boolean hasTwin(final int block) {
    return identity[block] != NONE && twinNext[block] != block;
  }

  /** Lets lookups end at this block and not at one of its twins. */
  void represent(final int block) {
    if (!indexed[block]) {
      int rival = twinNext[block];
      while (!indexed[rival]) {
        rival = twinNext[rival];
      }
      index[entryOf(rival)] = entry(hashes[block], block);
      indexed[rival] = false;
      indexed[block] = true;
    }
  }

  /** The number of entries of the index, counted. */
  int indexEntries() {
    int count = 0;
    for (final long entry : index) {
      count += entry == EMPTY ? 0 : 1;
    }
    return count;
  }

  int freeIdentityCount() {
    return freeIdentityCount;
  }

  /** The block found in the index under a block's own key and tokens. */
  int lookUp(final int block) {
    return find(key[block], hashes[block], tokens, block * blockTokens);
  }

  int hashOf(final int block) {
    return hash.hash(key[block], tokens, block * blockTokens, blockTokens);
  }

  private void addToIndex(final int block, final int under) {
    final int offset = block * blockTokens;
    final int h = hash.hash(under, tokens, offset, blockTokens);
    key[block] = under;
    hashes[block] = h;
    final int twin = find(under, h, tokens, offset);
    if (twin == NONE) {
      identity[block] = freeIdentities[--freeIdentityCount];
      twinNext[block] = block;
      twinPrevious[block] = block;
      indexed[block] = true;
      int at = h & mask;
      while (index[at] != EMPTY) {
        at = (at + 1) & mask;
      }
      index[at] = entry(h, block);
    } else {
      identity[block] = identity[twin];
      final int after = twinNext[twin];
      twinNext[block] = after;
      twinPrevious[block] = twin;
      twinNext[twin] = block;
      twinPrevious[after] = block;
      indexed[block] = false;
    }
  }

  private int find(final int under, final int h, final int[] query, final int offset) {
    int at = h & mask;
    for (long entry = index[at]; entry != EMPTY; entry = index[at]) {
      if ((int) (entry >>> 32) == h) {
        final int block = (int) entry;
        if (key[block] == under && sameTokens(block, query, offset)) {
          return block;
        }
      }
      at = (at + 1) & mask;
    }
    return NONE;
  }

  private boolean sameTokens(final int block, final int[] query, final int offset) {
    final int from = block * blockTokens;
    return Arrays.equals(tokens, from, from + blockTokens, query, offset, offset + blockTokens);
  }

  private int entryOf(final int block) {
    int at = hashes[block] & mask;
    while ((int) index[at] != block) {
      at = (at + 1) & mask;
    }
    return at;
  }

  /** Empties a place and moves later entries of the cluster back, so that no marker is needed. */
  private void removeEntry(final int place) {
    int hole = place;
    int at = place;
    while (true) {
      at = (at + 1) & mask;
      final long entry = index[at];
      if (entry == EMPTY) {
        break;
      }
      final int home = (int) (entry >>> 32) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        index[hole] = entry;
        hole = at;
      }
    }
    index[hole] = EMPTY;
  }

  private static long entry(final int h, final int block) {
    return ((long) h << 32) | block;
  }
}
