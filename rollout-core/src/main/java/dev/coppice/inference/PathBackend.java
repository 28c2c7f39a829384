package dev.coppice.inference;

import java.util.Arrays;

/**
 * Runs a {@link PathPolicy} as if it were a model, with a real pool of blocks.
 *
 * <p>The key and value of a position is its token. Every pass reads the whole path back through the
 * row's block table, so a block that was freed too early, shared wrongly or copied short shows up as
 * a wrong token or as an error, never silently.
 *
 * @thread the engine thread alone.
 * @cost 4 bytes per position; a pass reads each row's path once.
 */
public final class PathBackend implements InferenceBackend {
  private static final int UNWRITTEN = -1;

  private final String name;
  private final int vocabularySize;
  private final int contextTokens;
  private final PathPolicy policy;
  private final int[] path;
  private int[] slots = new int[0];
  private int blockTokens = 1;

  /**
   * Makes a backend without blocks.
   *
   * @param name for reports.
   * @param vocabularySize the number of logits per row, at least 1.
   * @param contextTokens the largest number of tokens in one sequence, at least 1.
   * @param policy that gives the logits.
   */
  public PathBackend(
      final String name,
      final int vocabularySize,
      final int contextTokens,
      final PathPolicy policy) {
    if (vocabularySize < 1 || contextTokens < 1) {
      throw new IllegalArgumentException(
          "a backend needs tokens: vocabularySize="
              + vocabularySize
              + " contextTokens="
              + contextTokens);
    }
    this.name = name;
    this.vocabularySize = vocabularySize;
    this.contextTokens = contextTokens;
    this.policy = policy;
    path = new int[contextTokens];
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public int contextTokens() {
    return contextTokens;
  }

  @Override
  public long blockBytes(final int tokensPerBlock) {
    return (long) Integer.BYTES * tokensPerBlock;
  }

  @Override
  public void allocate(final int blocks, final int tokensPerBlock) {
    slots = new int[Math.multiplyExact(blocks, tokensPerBlock)];
    Arrays.fill(slots, UNWRITTEN);
    blockTokens = tokensPerBlock;
  }

  @Override
  public void copyBlock(final int from, final int to, final int tokens) {
    System.arraycopy(slots, from * blockTokens, slots, to * blockTokens, tokens);
  }

  @Override
  public void forward(final ForwardBatch batch, final Logits logits) {
    final float[] values = logits.reset(batch.wantedLogits(), vocabularySize);
    // As in a model, every row is written before any is read: a row may read what another computes.
    for (int row = 0; row < batch.rows(); row++) {
      write(batch, row);
    }
    int wanted = 0;
    for (int row = 0; row < batch.rows(); row++) {
      final int start = batch.start(row);
      read(batch, row, start + batch.length(row));
      for (int index = batch.logitsFrom(row); index < batch.length(row); index++) {
        policy.logits(path, start + index + 1, values, logits.offset(wanted++));
      }
    }
  }

  private void write(final ForwardBatch batch, final int row) {
    for (int index = 0; index < batch.length(row); index++) {
      final int token = batch.tokens()[batch.tokenOffset(row) + index];
      if (token < 0 || token >= vocabularySize) {
        throw new BackendException("no such token: token=" + token + " row=" + row, null);
      }
      slots[slot(batch, row, batch.start(row) + index)] = token;
    }
  }

  private void read(final ForwardBatch batch, final int row, final int length) {
    if (length > contextTokens) {
      throw new BackendException(
          "row exceeds the context: length=" + length + " contextTokens=" + contextTokens, null);
    }
    for (int position = 0; position < length; position++) {
      final int token = slots[slot(batch, row, position)];
      if (token == UNWRITTEN) {
        throw new BackendException(
            "position was never written: row=" + row + " position=" + position, null);
      }
      path[position] = token;
    }
  }

  private int slot(final ForwardBatch batch, final int row, final int position) {
    final int index = batch.blockOffset(row) + position / blockTokens;
    if (index >= batch.blockOffset(row + 1)) {
      throw new BackendException(
          "row has too few blocks: row=" + row + " position=" + position, null);
    }
    return batch.blocks()[index] * blockTokens + position % blockTokens;
  }

  @Override
  public void close() {
    slots = new int[0];
  }
}
