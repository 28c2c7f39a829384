package dev.coppice.decoder.batch;

import java.util.Arrays;

/**
 * Describes one forward pass over rows of different lengths, without padding.
 *
 * <p>A row computes {@link #length(int)} new tokens of one sequence, at positions {@link
 * #start(int)} and following; its blocks hold the keys and values of all earlier positions and have
 * room for the new ones. Position {@code p} of a row lives in block {@code block(row, p / S)} at
 * slot {@code p % S}. Rows that share a prefix name the same blocks; neighbours in the batch do so
 * where they can.
 *
 * <pre>
 *   tokens   | row 0 tokens | row 1 | row 2 ...      tokenOffset(row) .. + length(row)
 *   blocks   | row 0 blocks      | row 1 blocks ...  blockOffset(row) .. + blockCount(row)
 * </pre>
 *
 * @shape tokens int[T], blocks int[sum of block counts]; B rows.
 * @thread one at a time; refilled for each pass.
 */
public final class ForwardBatch {
  /** Stands for the newest weights the backend has. */
  public static final int NEWEST = -1;

  private int rows;
  private int[] tokens = new int[64];
  private int[] blocks = new int[64];
  private int[] tokenOffset = new int[17];
  private int[] blockOffset = new int[17];
  private int[] start = new int[16];
  private int[] logitsFrom = new int[16];
  private int wanted;
  private int policyVersion = NEWEST;

  /** Empties the batch; it then asks for the newest weights. */
  public void clear() {
    rows = 0;
    wanted = 0;
    policyVersion = NEWEST;
  }

  /**
   * Chooses the weights for all rows.
   *
   * @param version of weights the backend has, or {@link #NEWEST}.
   */
  public void policyVersion(final int version) {
    policyVersion = version;
  }

  /**
   * Returns the version of the weights that compute all rows.
   *
   * @return the version, or {@link #NEWEST}.
   */
  public int policyVersion() {
    return policyVersion;
  }

  /**
   * Adds a row.
   *
   * @param startPosition the position of its first new token.
   * @param newTokens the number of new tokens, at least 1.
   * @param blockCount the number of blocks that cover all positions up to the last new one.
   * @param firstLogits the first of the new tokens, from 0, after which logits are wanted; {@code
   *     newTokens - 1} for the last alone, {@code newTokens} for none.
   * @return the row's number; its tokens and blocks are then filled by {@link #token} and {@link
   *     #block(int, int, int)}.
   */
  public int addRow(
      final int startPosition, final int newTokens, final int blockCount, final int firstLogits) {
    if (newTokens < 1 || firstLogits < 0 || firstLogits > newTokens) {
      throw new IllegalArgumentException(
          "a row needs tokens: newTokens=" + newTokens + " firstLogits=" + firstLogits);
    }
    final int row = rows++;
    if (rows > start.length) {
      start = Arrays.copyOf(start, rows * 2);
      logitsFrom = Arrays.copyOf(logitsFrom, rows * 2);
      tokenOffset = Arrays.copyOf(tokenOffset, rows * 2 + 1);
      blockOffset = Arrays.copyOf(blockOffset, rows * 2 + 1);
    }
    start[row] = startPosition;
    logitsFrom[row] = firstLogits;
    wanted += newTokens - firstLogits;
    tokenOffset[rows] = tokenOffset[row] + newTokens;
    blockOffset[rows] = blockOffset[row] + blockCount;
    if (tokenOffset[rows] > tokens.length) {
      tokens = Arrays.copyOf(tokens, Math.max(tokenOffset[rows], tokens.length * 2));
    }
    if (blockOffset[rows] > blocks.length) {
      blocks = Arrays.copyOf(blocks, Math.max(blockOffset[rows], blocks.length * 2));
    }
    return row;
  }

  /**
   * Sets one new token of a row.
   *
   * @param row from 0.
   * @param index of the new token in the row, from 0.
   * @param token id.
   */
  public void token(final int row, final int index, final int token) {
    tokens[tokenOffset[row] + index] = token;
  }

  /**
   * Sets one block of a row.
   *
   * @param row from 0.
   * @param index of the block in the row, in order of position.
   * @param block id.
   */
  public void block(final int row, final int index, final int block) {
    blocks[blockOffset[row] + index] = block;
  }

  /**
   * Returns the number of rows.
   *
   * @return the number of rows.
   */
  public int rows() {
    return rows;
  }

  /**
   * Returns the number of new tokens of all rows.
   *
   * @return the number of tokens this pass computes.
   */
  public int totalTokens() {
    return tokenOffset[rows];
  }

  /**
   * Returns the number of positions whose logits are wanted.
   *
   * @return the number of rows of logits the pass returns.
   */
  public int wantedLogits() {
    return wanted;
  }

  /**
   * Returns the array of all new tokens.
   *
   * @return the array; row {@code r} starts at {@link #tokenOffset(int)}.
   */
  public int[] tokens() {
    return tokens;
  }

  /**
   * Returns the array of all block ids.
   *
   * @return the array; row {@code r} starts at {@link #blockOffset(int)}.
   */
  public int[] blocks() {
    return blocks;
  }

  /**
   * Returns where the tokens of a row start.
   *
   * @param row from 0; {@link #rows()} gives the end of the last row.
   * @return the index in {@link #tokens()}.
   */
  public int tokenOffset(final int row) {
    return tokenOffset[row];
  }

  /**
   * Returns where the blocks of a row start.
   *
   * @param row from 0; {@link #rows()} gives the end of the last row.
   * @return the index in {@link #blocks()}.
   */
  public int blockOffset(final int row) {
    return blockOffset[row];
  }

  /**
   * Returns the number of new tokens of a row.
   *
   * @param row from 0.
   * @return the number of tokens.
   */
  public int length(final int row) {
    return tokenOffset[row + 1] - tokenOffset[row];
  }

  /**
   * Returns the position of the first new token of a row.
   *
   * @param row from 0.
   * @return the number of tokens before it.
   */
  public int start(final int row) {
    return start[row];
  }

  /**
   * Returns the first new token after which logits are wanted.
   *
   * @param row from 0.
   * @return an index into the row's new tokens; {@link #length(int)} if none is wanted.
   */
  public int logitsFrom(final int row) {
    return logitsFrom[row];
  }
}
