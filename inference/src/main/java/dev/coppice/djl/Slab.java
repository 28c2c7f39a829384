package dev.coppice.djl;

import dev.coppice.inference.ForwardBatch;

/**
 * Holds the part of a batch that is computed together: a run of new tokens, each with its position.
 *
 * <p>A long batch is cut into slabs so that workspaces stay small; a later slab finds the keys and
 * values of an earlier one in the pool. Where the cuts fall changes no bit of any row.
 *
 * @shape arrays of R tokens, R at most the capacity.
 * @thread one at a time; refilled.
 */
final class Slab {
  final int[] position;
  final int[] token;
  final int[] blockBase;

  /** The tokens whose logits are wanted, in order. */
  final int[] wanted;

  int rows;
  int wantedRows;
  int maxPosition;
  int[] blocks;

  private int nextRow;
  private int nextIndex;

  Slab(final int capacity) {
    position = new int[capacity];
    token = new int[capacity];
    blockBase = new int[capacity];
    wanted = new int[capacity];
  }

  /** Begins a batch. */
  void begin() {
    nextRow = 0;
    nextIndex = 0;
  }

  /**
   * Takes the next tokens of the batch.
   *
   * @param batch whose tokens are taken.
   * @return false if none are left.
   */
  boolean next(final ForwardBatch batch) {
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
  int block(final int row, final int index) {
    return blocks[blockBase[row] + index];
  }
}
