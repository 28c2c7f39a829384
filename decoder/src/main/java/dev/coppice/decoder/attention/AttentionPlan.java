package dev.coppice.decoder.attention;

import java.util.Arrays;

/**
 * Cuts the attention of a slab into rectangles of rows and blocks: every row of one sees every block
 * of it, and all name the same blocks.
 *
 * <pre>
 *              block 0   1   2   3
 *   row 0,1,2  [ shared  ][a   ][~]      [..] full blocks, [~] the last, partly filled
 *   row 3,4    [ shared  ][b][~]
 * </pre>
 *
 * <p>Rows that share a prefix and stand together are one rectangle there, so its blocks are read
 * once for all of them. Rectangles of one row come in rising order of position.
 *
 * @thread one at a time; refilled for each slab, used by all layers and heads.
 */
final class AttentionPlan {
  private static final int FIELDS = 8;

  private int[] rectangles = new int[FIELDS * 256];
  private int[] firstOfTile = new int[16];
  private int[] visits = new int[1024];
  private int visitCount;
  private int count;
  private int tiles;
  private int tileRows;
  private Slab slab;
  private int slots;
  private int chunk;

  /**
   * Makes the plan of a slab.
   *
   * @param newSlab of tokens.
   * @param newSlots positions in a block.
   * @param newTileRows rows computed together; no rectangle crosses a multiple of it.
   * @param newChunk rows that share one length in a partly filled block.
   */
  void build(final Slab newSlab, final int newSlots, final int newTileRows, final int newChunk) {
    slab = newSlab;
    slots = newSlots;
    tileRows = newTileRows;
    chunk = newChunk;
    count = 0;
    tiles = 0;
    visitCount = 0;
    for (int begin = 0; begin < slab.rows; begin += tileRows) {
      markTile();
      split(begin, Math.min(slab.rows, begin + tileRows), 0);
    }
    markTile();
    tiles--;
  }

  /** Notes the blocks of a rectangle, in the order in which they will be read. */
  private int visits(final int row, final int indexBegin, final int indexEnd) {
    final int first = visitCount;
    visitCount += indexEnd - indexBegin;
    if (visitCount > visits.length) {
      visits = Arrays.copyOf(visits, Math.max(visitCount, visits.length * 2));
    }
    for (int index = indexBegin; index < indexEnd; index++) {
      visits[first + index - indexBegin] = slab.block(row, index);
    }
    return first;
  }

  private void markTile() {
    if (tiles == firstOfTile.length) {
      firstOfTile = Arrays.copyOf(firstOfTile, tiles * 2);
    }
    firstOfTile[tiles++] = count;
  }

  private boolean full(final int row, final int index) {
    return slab.position[row] >= (index + 1) * slots - 1;
  }

  /** Splits rows into runs that name the same block at an index, and follows each from there. */
  private void split(final int begin, final int end, final int index) {
    int row = begin;
    while (row < end) {
      int next = row + 1;
      if (slab.position[row] >= index * slots) {
        final int block = slab.block(row, index);
        final boolean full = full(row, index);
        while (next < end
            && slab.position[next] >= index * slots
            && full(next, index) == full
            && slab.block(next, index) == block) {
          next++;
        }
        if (full) {
          addFull(row, next, index);
        } else {
          addPartial(row, next, index);
        }
      }
      row = next;
    }
  }

  private void addFull(final int begin, final int end, final int index) {
    int last = index + 1;
    while (sameFull(begin, end, last)) {
      last++;
    }
    add(begin, end, index, last, 0, slots, slots);
    split(begin, end, last);
  }

  private boolean sameFull(final int begin, final int end, final int index) {
    if (!full(begin, index)) {
      return false;
    }
    final int block = slab.block(begin, index);
    for (int row = begin + 1; row < end; row++) {
      if (!full(row, index) || slab.block(row, index) != block) {
        return false;
      }
    }
    return true;
  }

  /** Adds what all rows of a chunk see of a block, and then for each the slots it sees beyond. */
  private void addPartial(final int begin, final int end, final int index) {
    for (int from = begin; from < end; from += chunk) {
      final int to = Math.min(end, from + chunk);
      int shared = slots;
      int most = 0;
      for (int row = from; row < to; row++) {
        shared = Math.min(shared, seen(row, index));
        most = Math.max(most, seen(row, index));
      }
      add(from, to, index, index + 1, 0, shared, most);
      for (int row = from; row < to; row++) {
        if (seen(row, index) > shared) {
          add(row, row + 1, index, index + 1, shared, seen(row, index), 0);
        }
      }
    }
  }

  private int seen(final int row, final int index) {
    return Math.min(slots, slab.position[row] - index * slots + 1);
  }

  private void add(final int... fields) {
    if ((count + 1) * FIELDS > rectangles.length) {
      rectangles = Arrays.copyOf(rectangles, rectangles.length * 2);
    }
    System.arraycopy(fields, 0, rectangles, count * FIELDS, fields.length);
    rectangles[count * FIELDS + FIELDS - 1] = visits(fields[0], fields[2], fields[3]);
    count++;
  }

  int tiles() {
    return tiles;
  }

  int tileRows() {
    return tileRows;
  }

  int first(final int tile) {
    return firstOfTile[tile];
  }

  int rowBegin(final int rectangle) {
    return rectangles[rectangle * FIELDS];
  }

  int rowEnd(final int rectangle) {
    return rectangles[rectangle * FIELDS + 1];
  }

  int indexBegin(final int rectangle) {
    return rectangles[rectangle * FIELDS + 2];
  }

  int indexEnd(final int rectangle) {
    return rectangles[rectangle * FIELDS + 3];
  }

  int slotBegin(final int rectangle) {
    return rectangles[rectangle * FIELDS + 4];
  }

  int slotEnd(final int rectangle) {
    return rectangles[rectangle * FIELDS + 5];
  }

  /** Slots of every block that are scored; 0 where the rectangle before scored them. */
  int scored(final int rectangle) {
    return rectangles[rectangle * FIELDS + 6];
  }

  /** Returns the place of a rectangle's first block among all that are read, tile by tile. */
  int visit(final int rectangle) {
    return rectangles[rectangle * FIELDS + FIELDS - 1];
  }

  /** Refuses a plan that reads a block which is not there. */
  void checkBlocks(final int blocks) {
    for (int i = 0; i < visitCount; i++) {
      if (visits[i] < 0 || visits[i] >= blocks) {
        throw new IllegalArgumentException(
            "there is no such block: block=" + visits[i] + " blocks=" + blocks);
      }
    }
  }

  /** Returns the number of blocks that are read. */
  int visits() {
    return visitCount;
  }

  /** Returns the block read at a place. */
  int block(final int visit) {
    return visits[visit];
  }
}
