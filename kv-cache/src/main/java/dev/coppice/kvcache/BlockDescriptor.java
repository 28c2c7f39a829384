package dev.coppice.kvcache;

/**
 * Lays out what is kept of each block: one line of the processor's cache, 16 numbers.
 *
 * <p>An operation on a block touches most of them, so with many thousand blocks one miss fetches
 * what separate arrays would fetch in ten.
 *
 * <pre>
 *    0  state      free, private or node          8  depth         blocks from the root, 1 or more
 *    1  refs       holders; live if &gt; 0           9  space         slot of the namespace
 *    2  pins       copies still to be read       10  identity      shared with twins, or -1
 *    3  owner      tag of the live time          11  key           identity of the parent, or root
 *    4  next       in the list it is in          12  hash          of key and tokens
 *    5  previous   in the evictable queue        13  indexed       1 if the index ends here
 *    6  parent     block before it, or -1        14  twinNext      in the ring of equal blocks
 *    7  children   nodes below it                15  twinPrevious
 * </pre>
 *
 * Numbers 6 to 15 mean something for nodes only.
 *
 * @shape int[12 + blocks * 16].
 */
final class BlockDescriptor {
  static final int WIDTH_SHIFT = 4;
  static final int NONE = -1;

  /**
   * Numbers before the first block. The numbers of a large array begin 16 bytes into a line of the
   * processor's cache; with 12 of them left out every block has a line to itself.
   */
  private static final int BASE = 12;

  static final int FREE = 0;
  static final int PRIVATE = 1;
  static final int NODE = 2;

  private BlockDescriptor() {}

  /** The length of an array for so many blocks. */
  static int length(final int blocks) {
    return BASE + (blocks << WIDTH_SHIFT);
  }

  static int state(final int block) {
    return BASE + (block << WIDTH_SHIFT) + 0;
  }

  static int refs(final int block) {
    return BASE + (block << WIDTH_SHIFT) + 1;
  }

  static int pins(final int block) {
    return BASE + (block << WIDTH_SHIFT) + 2;
  }

  static int owner(final int block) {
    return BASE + (block << WIDTH_SHIFT) + 3;
  }

  static int next(final int block) {
    return BASE + (block << WIDTH_SHIFT) + 4;
  }

  static int previous(final int block) {
    return BASE + (block << WIDTH_SHIFT) + 5;
  }

  static int parent(final int block) {
    return BASE + (block << WIDTH_SHIFT) + 6;
  }

  static int children(final int block) {
    return BASE + (block << WIDTH_SHIFT) + 7;
  }

  static int depth(final int block) {
    return BASE + (block << WIDTH_SHIFT) + 8;
  }

  static int space(final int block) {
    return BASE + (block << WIDTH_SHIFT) + 9;
  }

  static int identity(final int block) {
    return BASE + (block << WIDTH_SHIFT) + 10;
  }

  static int key(final int block) {
    return BASE + (block << WIDTH_SHIFT) + 11;
  }

  static int hash(final int block) {
    return BASE + (block << WIDTH_SHIFT) + 12;
  }

  static int indexed(final int block) {
    return BASE + (block << WIDTH_SHIFT) + 13;
  }

  static int twinNext(final int block) {
    return BASE + (block << WIDTH_SHIFT) + 14;
  }

  static int twinPrevious(final int block) {
    return BASE + (block << WIDTH_SHIFT) + 15;
  }
}
