package dev.coppice.decoder.attention;

import dev.coppice.decoder.batch.ForwardBatch;

/**
 * Holds the part of a batch that is computed together: a run of new tokens, each with its position.
 *
 * <p>A long batch is cut into slabs so that workspaces stay small; a later slab finds the keys and
 * values of an earlier one in the pool. Where the cuts fall changes no bit of any row.
 *
 * @shape arrays of R tokens, R at most the capacity.
 * @thread one at a time; refilled.
 */
public final class Slab {
  final int[] position;
  int rows;
  int maxPosition;

  private final int[] token;
  private final int[] blockBase;
  private final int[] wanted;
  private int wantedRows;
  private int[] blocks;
  private int nextRow;
  private int nextIndex;

  /**
   * Makes room.
   *
   * @param capacity in tokens.
   */
  public Slab(final int capacity) {
    position = new int[capacity];
    token = new int[capacity];
    blockBase = new int[capacity];
    wanted = new int[capacity];
  }

  /** Begins a batch. */
  public void begin() {
    nextRow = 0;
    nextIndex = 0;
  }

  /**
   * Takes the next tokens of the batch.
   *
   * @param batch whose tokens are taken.
   * @return false if none are left.
   */
  public boolean next(final ForwardBatch batch) {
    rows = 0;
    wantedRows = 0;
    maxPosition = 0;
    blocks = batch.blocks();
    final int[] tokens = batch.tokens();
    while (rows < position.length && nextRow < batch.rows()) {
      final int offset = batch.tokenOffset(nextRow);
      final int length = batch.length(nextRow);
      final int start = batch.start(nextRow);
      while (rows < position.length && nextIndex < length) {
        position[rows] = start + nextIndex;
        token[rows] = tokens[offset + nextIndex];
        blockBase[rows] = batch.blockOffset(nextRow);
        maxPosition = Math.max(maxPosition, start + nextIndex);
        if (nextIndex >= batch.logitsFrom(nextRow)) {
          wanted[wantedRows++] = rows;
        }
        rows++;
        nextIndex++;
      }
      if (nextIndex == length) {
        nextRow++;
        nextIndex = 0;
      }
    }
    return rows > 0;
  }

  /**
   * Returns the block a token's sequence has at an index.
   *
   * @param row of the slab.
   * @param index of the block in the sequence.
   * @return the block's id.
   */
  public int block(final int row, final int index) {
    return blocks[blockBase[row] + index];
  }

  /**
   * Returns the number of tokens in the slab.
   *
   * @return the rows to compute.
   */
  public int rows() {
    return rows;
  }

  /**
   * Returns the last position of the slab.
   *
   * @return the largest position of any row.
   */
  public int maxPosition() {
    return maxPosition;
  }

  /**
   * Returns a row's position in its sequence.
   *
   * @param row of the slab.
   * @return the position in tokens.
   */
  public int position(final int row) {
    return position[row];
  }

  /**
   * Returns a row's token.
   *
   * @param row of the slab.
   * @return its id.
   */
  public int token(final int row) {
    return token[row];
  }

  /**
   * Returns the number of rows whose logits are wanted.
   *
   * @return the number of rows of logits.
   */
  public int wantedRows() {
    return wantedRows;
  }

  /**
   * Returns a row whose logits are wanted.
   *
   * @param index from 0, in the order of the batch.
   * @return the row of the slab.
   */
  public int wanted(final int index) {
    return wanted[index];
  }
}
