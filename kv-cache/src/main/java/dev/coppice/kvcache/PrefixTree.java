package dev.coppice.kvcache;

import static dev.coppice.kvcache.BlockDescriptor.NONE;
import static dev.coppice.kvcache.BlockDescriptor.children;
import static dev.coppice.kvcache.BlockDescriptor.depth;
import static dev.coppice.kvcache.BlockDescriptor.hash;
import static dev.coppice.kvcache.BlockDescriptor.identity;
import static dev.coppice.kvcache.BlockDescriptor.indexed;
import static dev.coppice.kvcache.BlockDescriptor.key;
import static dev.coppice.kvcache.BlockDescriptor.parent;
import static dev.coppice.kvcache.BlockDescriptor.space;
import static dev.coppice.kvcache.BlockDescriptor.twinNext;
import static dev.coppice.kvcache.BlockDescriptor.twinPrevious;

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
 * compares tokens and computes a hash only where the path branches. A sequence that was computed at
 * once mostly has consecutive block ids; a walk compares such a run of blocks in one go.
 *
 * <p>Invariants: {@code children} of b = the number of nodes whose parent is b; {@code hint[b]} is
 * -1 or a node whose parent is b; a node has an identity exactly if its namespace is not dropped;
 * one block of each identity is in the index; an identity in use has a block.
 *
 * @shape cells as in {@link BlockDescriptor}; tokens int[blocks * S]; hint int[blocks].
 * @cost a step of a walk compares S tokens; insertion and removal are O(1) expected.
 */
final class PrefixTree {
  private static final long EMPTY = -1;

  /** A first comparison of a run spans this many blocks; each that holds doubles the next. */
  private static final int FIRST_RUN = 4;

  final int[] cells;
  final int[] tokens;
  final int[] hint;

  private final BlockHash hashFunction;
  private final int blockTokens;
  private final int shift;
  private final long[] index;
  private final int mask;
  private final int[] freeIdentities;
  private int freeIdentityCount;

  PrefixTree(final int blocks, final int blockTokens, final BlockHash hashFunction) {
    this.hashFunction = hashFunction;
    this.blockTokens = blockTokens;
    shift = Integer.numberOfTrailingZeros(blockTokens);
    cells = new int[BlockDescriptor.length(blocks)];
    tokens = new int[blocks * blockTokens];
    hint = new int[blocks];
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
    final int wanted = length >>> shift;
    int last = NONE;
    int matched = 0;
    while (matched < wanted) {
      final int child = last == NONE ? NONE : hint[last];
      if (child != NONE) {
        final int equal = matchRun(child, wanted - matched, query, matched << shift);
        if (equal > 0) {
          last = child + equal - 1;
          matched += equal;
          continue;
        }
      }
      final int found = childOf(last, slot, query, matched << shift);
      if (found == NONE) {
        break;
      }
      last = found;
      matched++;
    }
    return last;
  }

  /** The number of blocks, from one on over children with consecutive ids, that equal the query. */
  private int matchRun(final int first, final int most, final int[] query, final int offset) {
    int equal = 0;
    int span = FIRST_RUN;
    while (equal < most) {
      final int from = first + equal;
      if (equal > 0 && hint[from - 1] != from) {
        break;
      }
      final int limit = Math.min(span, most - equal);
      int run = 1;
      while (run < limit && hint[from + run - 1] == from + run) {
        run++;
      }
      final int at = offset + (equal << shift);
      final int differs =
          Arrays.mismatch(
              tokens, from << shift, (from + run) << shift, query, at, at + (run << shift));
      if (differs >= 0) {
        return equal + (differs >>> shift);
      }
      equal += run;
      span <<= 1;
    }
    return equal;
  }

  /** The block below another, or at the root, that holds the tokens of the query. */
  private int childOf(final int above, final int slot, final int[] query, final int offset) {
    final int under = keyBelow(above, slot);
    return find(under, hashFunction.hash(under, query, offset, blockTokens), query, offset);
  }

  private int keyBelow(final int above, final int slot) {
    return above == NONE ? NamespaceTable.rootKey(slot) : cells[identity(above)];
  }

  /** The number of blocks from the root to a node, 0 for no node. */
  int depthOf(final int node) {
    return node == NONE ? 0 : cells[depth(node)];
  }

  /** Adds a block that became full, below the block before it or at the root. */
  void add(final int block, final int above, final int slot, final boolean dropped) {
    cells[parent(block)] = above;
    cells[children(block)] = 0;
    hint[block] = NONE;
    cells[space(block)] = slot;
    cells[depth(block)] = depthOf(above) + 1;
    cells[identity(block)] = NONE;
    cells[indexed(block)] = 0;
    if (above != NONE) {
      cells[children(above)]++;
      if (hint[above] == NONE) {
        hint[above] = block;
      }
    }
    if (!dropped) {
      addToIndex(block, keyBelow(above, slot));
    }
  }

  /** Takes a childless block out of the tree. */
  void remove(final int block) {
    final int above = cells[parent(block)];
    if (above != NONE) {
      cells[children(above)]--;
      if (hint[above] == block) {
        hint[above] = NONE;
      }
    }
    if (cells[identity(block)] != NONE) {
      removeFromIndex(block);
    }
  }

  /** Makes a block unfindable; a twin takes its place if there is one. */
  void removeFromIndex(final int block) {
    final int twin = cells[twinNext(block)];
    if (twin == block) {
      removeEntry(entryOf(block));
      freeIdentities[freeIdentityCount++] = cells[identity(block)];
    } else {
      if (cells[indexed(block)] == 1) {
        represent(twin, block);
      }
      cells[twinNext(cells[twinPrevious(block)])] = twin;
      cells[twinPrevious(twin)] = cells[twinPrevious(block)];
    }
    cells[indexed(block)] = 0;
    cells[identity(block)] = NONE;
  }

  /** Whether an equal block with the same prefix is in the tree besides this one. */
  boolean hasTwin(final int block) {
    return cells[identity(block)] != NONE && cells[twinNext(block)] != block;
  }

  /** Lets lookups end at this block and no longer at a twin of it, at which they do now. */
  void represent(final int block, final int twin) {
    index[entryOf(twin)] = entry(cells[hash(block)], block);
    cells[indexed(twin)] = 0;
    cells[indexed(block)] = 1;
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
    return find(cells[key(block)], cells[hash(block)], tokens, block * blockTokens);
  }

  int hashOf(final int block) {
    return hashFunction.hash(cells[key(block)], tokens, block * blockTokens, blockTokens);
  }

  private void addToIndex(final int block, final int under) {
    final int offset = block * blockTokens;
    final int h = hashFunction.hash(under, tokens, offset, blockTokens);
    cells[key(block)] = under;
    cells[hash(block)] = h;
    final int twin = find(under, h, tokens, offset);
    if (twin == NONE) {
      cells[identity(block)] = freeIdentities[--freeIdentityCount];
      cells[twinNext(block)] = block;
      cells[twinPrevious(block)] = block;
      cells[indexed(block)] = 1;
      int at = h & mask;
      while (index[at] != EMPTY) {
        at = (at + 1) & mask;
      }
      index[at] = entry(h, block);
    } else {
      cells[identity(block)] = cells[identity(twin)];
      final int after = cells[twinNext(twin)];
      cells[twinNext(block)] = after;
      cells[twinPrevious(block)] = twin;
      cells[twinNext(twin)] = block;
      cells[twinPrevious(after)] = block;
      cells[indexed(block)] = 0;
    }
  }

  private int find(final int under, final int h, final int[] query, final int offset) {
    int at = h & mask;
    for (long entry = index[at]; entry != EMPTY; entry = index[at]) {
      if ((int) (entry >>> 32) == h) {
        final int block = (int) entry;
        if (cells[key(block)] == under && sameTokens(block, query, offset)) {
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
    int at = cells[hash(block)] & mask;
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
