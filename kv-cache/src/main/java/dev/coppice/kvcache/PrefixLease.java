package dev.coppice.kvcache;

import static dev.coppice.kvcache.BlockDescriptor.NONE;
import static dev.coppice.kvcache.BlockDescriptor.next;
import static dev.coppice.kvcache.BlockDescriptor.parent;
import static dev.coppice.kvcache.BlockDescriptor.pins;
import static dev.coppice.kvcache.BlockDescriptor.refs;

import java.util.Arrays;

/**
 * Holds the blocks of one sequence and grows with it.
 *
 * <p>The step of a sequence: {@link #reserve} room; if {@link #copyFrom()} is not -1, let the
 * backend copy and call {@link #copyDone()}; run the forward pass over {@link #block(int)};
 * {@link #commit} the tokens whose keys and values were computed.
 *
 * <p>A sequence is a path of full blocks, shared with whoever has the same prefix, then a partial
 * tail block, shared with forks until one of them writes, then reserved empty blocks. Ids never
 * change or leave the block table while the lease is open, but for the tail that a copy replaces.
 *
 * <p>A closed lease must not be used: its object is handed out again.
 *
 * @unit tokens, blocks.
 * @thread the cache's thread.
 * @cost {@link #fork} is O(1) in the length of the prefix and allocates nothing.
 */
public final class PrefixLease implements AutoCloseable {
  private static final int[] NO_TABLE = new int[0];

  final int number;
  boolean open;
  int slot;
  int last;
  int privateHead;
  int privateEnd;
  int privateBlocks;
  int copySource;

  private final BlockPool pool;
  private int committed;
  private int owner;
  private int[] table = NO_TABLE;
  private int tableBlocks;

  /** Whether the tail may have other holders; if not, nobody need look at the block for it. */
  private boolean forkedTail;

  PrefixLease(final BlockPool pool, final int number) {
    this.pool = pool;
    this.number = number;
  }

  /** Starts a lease on a path that the caller has retained. */
  void start(final int namespaceSlot, final int lastNode, final int blocks, final int ownerTag) {
    open = true;
    slot = namespaceSlot;
    last = lastNode;
    committed = blocks << pool.shift;
    owner = ownerTag;
    privateHead = NONE;
    privateEnd = NONE;
    privateBlocks = 0;
    copySource = NONE;
    tableBlocks = 0;
    forkedTail = false;
  }

  /** The number of blocks that are full, and nodes of the tree. */
  int fullBlocks() {
    return committed >>> pool.shift;
  }

  /**
   * Returns the length of the sequence whose keys and values are computed.
   *
   * @return the number of committed tokens: positions {@code 0 .. tokens()}.
   */
  public int tokens() {
    return committed;
  }

  /**
   * Returns the end of the room this lease may write.
   *
   * <p>A fork of a partial tail takes the right to write it from both until {@link #reserve}, or
   * until one of them is closed.
   *
   * @return the number of positions backed by blocks of this lease; from {@link #tokens()} to the
   *     longest sequence allowed.
   */
  public int reservedTokens() {
    return sharesTail()
        ? committed
        : Math.min((fullBlocks() + privateBlocks) << pool.shift, pool.maxTokens);
  }

  /**
   * Makes room for more tokens, evicting cached blocks if need be.
   *
   * <p>A partial tail that a fork shares is replaced by a private copy; {@link #copyFrom()} then
   * names what the backend must copy before the next forward pass. The last holder writes in place.
   *
   * @param count the number of tokens beyond {@link #tokens()} that must have room.
   * @return whether there is room; if not, nothing has changed.
   * @throws IllegalArgumentException if the sequence would exceed the longest allowed.
   */
  public boolean reserve(final int count) {
    requireOpen();
    if (count < 0 || count > pool.maxTokens - committed) {
      throw new IllegalArgumentException(
          "sequence too long: count="
              + count
              + " tokens="
              + committed
              + " maxTokensPerLease="
              + pool.maxTokens);
    }
    final boolean copy = count > 0 && sharesTail();
    final int wanted = (committed + count + pool.slotMask) >>> pool.shift;
    final int fresh = Math.max(0, wanted - fullBlocks() - privateBlocks);
    if (fresh + (copy ? 1 : 0) > pool.free + pool.evictable) {
      return false;
    }
    if (copy) {
      copyTail();
    }
    for (int i = 0; i < fresh; i++) {
      append(pool.take(owner));
    }
    return true;
  }

  /**
   * Returns the block to copy from before the next forward pass.
   *
   * @return a block id, or -1 if there is nothing to copy.
   */
  public int copyFrom() {
    return copySource;
  }

  /**
   * Returns the block to copy to.
   *
   * @return the id of the tail block; meaningful if {@link #copyFrom()} is not -1.
   */
  public int copyTo() {
    return privateHead;
  }

  /**
   * Returns how much to copy.
   *
   * @return the number of positions from the start of the block.
   */
  public int copyTokens() {
    return committed & pool.slotMask;
  }

  /**
   * Says that the backend has copied; the source may then be written or freed.
   *
   * @throws IllegalStateException if there was nothing to copy.
   */
  public void copyDone() {
    requireOpen();
    if (copySource == NONE) {
      throw new IllegalStateException("nothing to copy: lease=" + number);
    }
    final int source = copySource;
    copySource = NONE;
    pool.cells[pins(source)]--;
    pool.release(source);
  }

  /**
   * Records tokens whose keys and values have been computed.
   *
   * <p>A block that becomes full joins the prefix tree and can be leased by others at once. If an
   * equal one is there already, this lease keeps its own.
   *
   * @param tokens holds the token ids.
   * @param offset of the first of them.
   * @param length the number of tokens.
   * @throws IllegalStateException if there is no room reserved for them or a copy is pending.
   */
  public void commit(final int[] tokens, final int offset, final int length) {
    requireRoom(length);
    int done = 0;
    while (done < length) {
      final int fill = committed & pool.slotMask;
      final int part = Math.min(length - done, pool.slotMask + 1 - fill);
      System.arraycopy(tokens, offset + done, pool.store, (privateHead << pool.shift) + fill, part);
      done += part;
      committed += part;
      if (fill + part > pool.slotMask) {
        sealHead();
      }
    }
  }

  /**
   * Records one token whose keys and values have been computed.
   *
   * @param token id.
   * @throws IllegalStateException if there is no room reserved for it or a copy is pending.
   */
  public void commit(final int token) {
    requireRoom(1);
    final int fill = committed & pool.slotMask;
    pool.store[(privateHead << pool.shift) + fill] = token;
    committed++;
    if (fill == pool.slotMask) {
      sealHead();
    }
  }

  /**
   * Opens a second lease on the same sequence, which shares every block and copies none.
   *
   * <p>Both continue separately. Room that this lease has reserved stays with it, but for the rest of
   * a partial tail: see {@link #reservedTokens()}.
   *
   * @param childOwner tag to which blocks that the child reserves are attributed.
   * @return the child, or null if no lease is left.
   * @throws IllegalStateException if a copy is pending: its target holds nothing to share yet.
   */
  public PrefixLease fork(final int childOwner) {
    requireOpen();
    if (copySource != NONE) {
      throw new IllegalStateException("fork before copyDone(): lease=" + number);
    }
    final PrefixLease child = pool.cache.takeLease();
    if (child == null) {
      return null;
    }
    child.start(slot, last, fullBlocks(), childOwner);
    pool.spaces.retain(slot);
    if (last != NONE) {
      pool.cells[refs(last)]++;
    }
    if ((committed & pool.slotMask) != 0) {
      child.committed = committed;
      child.privateHead = privateHead;
      child.privateEnd = privateHead;
      child.privateBlocks = 1;
      child.forkedTail = true;
      forkedTail = true;
      pool.cells[refs(privateHead)]++;
    }
    pool.cache.countFork();
    return child;
  }

  /**
   * Returns the length of the block table.
   *
   * @return the number of blocks, reserved ones included.
   */
  public int blocks() {
    return fullBlocks() + privateBlocks;
  }

  /**
   * Returns the block that holds some positions.
   *
   * @param index from 0: position {@code p} lies in block {@code p / S}.
   * @return the block id.
   */
  public int block(final int index) {
    requireOpen();
    if (index < 0 || index >= blocks()) {
      throw new IndexOutOfBoundsException("index=" + index + " blocks=" + blocks());
    }
    if (index < fullBlocks()) {
      fillTable();
      return table[index];
    }
    int block = privateHead;
    for (int i = fullBlocks(); i < index; i++) {
      block = pool.cells[next(block)];
    }
    return block;
  }

  /**
   * Writes the block table.
   *
   * @param target to be filled with block ids in order of position.
   * @param offset of the first id written.
   * @return the number of ids written, {@link #blocks()}.
   */
  public int copyBlockTable(final int[] target, final int offset) {
    requireOpen();
    fillTable();
    System.arraycopy(table, 0, target, offset, fullBlocks());
    int at = offset + fullBlocks();
    int block = privateHead;
    for (int i = 0; i < privateBlocks; i++) {
      target[at++] = block;
      block = pool.cells[next(block)];
    }
    return blocks();
  }

  /**
   * Sets to whom later blocks are attributed.
   *
   * @param ownerTag any number that the {@link BlockTimeSink} understands.
   */
  public void owner(final int ownerTag) {
    requireOpen();
    owner = ownerTag;
  }

  /**
   * Gives up the blocks: full ones stay cached until evicted, the tail and reserved ones are freed.
   *
   * @throws IllegalStateException if it is closed already and not handed out again.
   */
  @Override
  public void close() {
    requireOpen();
    if (copySource != NONE) {
      copyDone();
    }
    int block = privateHead;
    for (int i = 0; i < privateBlocks; i++) {
      final int after = pool.cells[next(block)];
      pool.release(block);
      block = after;
    }
    pool.release(last);
    pool.spaces.release(slot);
    open = false;
    pool.cache.giveLease(this);
  }

  private boolean sharesTail() {
    if (!forkedTail) {
      return false;
    }
    forkedTail = (committed & pool.slotMask) != 0 && pool.holders(privateHead) > 1;
    return forkedTail;
  }

  private void copyTail() {
    final int source = privateHead;
    final int copy = pool.take(owner);
    System.arraycopy(
        pool.store, source << pool.shift, pool.store, copy << pool.shift, copyTokens());
    pool.cells[pins(source)]++;
    copySource = source;
    pool.cells[next(copy)] = privateBlocks > 1 ? pool.cells[next(source)] : NONE;
    privateHead = copy;
    if (privateBlocks == 1) {
      privateEnd = copy;
    }
    pool.cache.countCopy();
  }

  private void append(final int block) {
    if (privateBlocks++ == 0) {
      privateHead = block;
    } else {
      pool.cells[next(privateEnd)] = block;
    }
    privateEnd = block;
  }

  private void sealHead() {
    final int block = privateHead;
    privateHead = --privateBlocks == 0 ? NONE : pool.cells[next(block)];
    pool.seal(block, last, slot);
    last = block;
  }

  /** Completes the cached table of full blocks, which only ever grows at its end. */
  private void fillTable() {
    if (tableBlocks == fullBlocks()) {
      return;
    }
    if (table.length < fullBlocks()) {
      final int most = (pool.maxTokens + pool.slotMask) >>> pool.shift;
      table = Arrays.copyOf(table, Math.min(most, Math.max(fullBlocks() * 2, 16)));
    }
    int block = last;
    for (int i = fullBlocks() - 1; i >= tableBlocks; i--) {
      table[i] = block;
      block = pool.cells[parent(block)];
    }
    tableBlocks = fullBlocks();
  }

  private void requireRoom(final int length) {
    requireOpen();
    if (length < 0 || length > reservedTokens() - committed || copySource != NONE) {
      throw new IllegalStateException(
          "no room to commit: length="
              + length
              + " tokens="
              + committed
              + " reservedTokens="
              + reservedTokens()
              + " copyFrom="
              + copySource);
    }
  }

  private void requireOpen() {
    if (!open) {
      throw new IllegalStateException("lease is closed: lease=" + number);
    }
  }
}
