package dev.coppice.decoder.batch;

import java.util.Arrays;

/**
 * Holds the batch that was planned: who is in it, how many tokens of each are computed, who draws.
 *
 * <p>A row either computes tokens, or draws from the logits of a prompt that another sequence of its
 * group computed before; some rows do both, and the chunks of a long prefill only compute.
 *
 * @thread the engine thread; refilled by each plan.
 */
final class PlannedBatch {
  private Sequence[] sequences = new Sequence[16];
  private int rows;
  private int[] computed = new int[16];
  private boolean[] draws = new boolean[16];
  private int[] copies = new int[12];
  private int copyCount;
  private int version;

  void clear() {
    Arrays.fill(sequences, 0, rows, null);
    rows = 0;
    copyCount = 0;
  }

  /** Says which weights compute the batch. */
  void version(final int newVersion) {
    version = newVersion;
  }

  int version() {
    return version;
  }

  void add(final Sequence sequence, final int computedTokens, final boolean isDrawn) {
    final int row = rows++;
    if (row == computed.length) {
      sequences = Arrays.copyOf(sequences, row * 2);
      computed = Arrays.copyOf(computed, row * 2);
      draws = Arrays.copyOf(draws, row * 2);
    }
    sequences[row] = sequence;
    computed[row] = computedTokens;
    draws[row] = isDrawn;
    sequence.inBatch = true;
  }

  void addCopy(final int from, final int to, final int tokens) {
    if (copyCount + 3 > copies.length) {
      copies = Arrays.copyOf(copies, copies.length * 2);
    }
    copies[copyCount++] = from;
    copies[copyCount++] = to;
    copies[copyCount++] = tokens;
  }

  /** Whether a row computes a block that another sequence could take from the cache a pass later. */
  boolean computesNextBlockOf(final Sequence other, final int blockTokens) {
    final int end = other.lease.tokens() + blockTokens;
    for (int row = 0; row < rows; row++) {
      final Sequence sequence = sequences[row];
      if (computed[row] >= blockTokens
          && sequence.lease.tokens() + computed[row] >= end
          && Arrays.equals(sequence.work.tokens(), 0, end, other.work.tokens(), 0, end)) {
        return true;
      }
    }
    return false;
  }

  int rows() {
    return rows;
  }

  Sequence sequence(final int row) {
    return sequences[row];
  }

  /** The tokens a row computes; 0 if it only draws. */
  int computed(final int row) {
    return computed[row];
  }

  /** Whether a row reaches the end of its path. */
  boolean draws(final int row) {
    return draws[row];
  }

  int copies() {
    return copyCount / 3;
  }

  /** One part of a copy: 0 the block read, 1 the block written, 2 the positions. */
  int copy(final int copy, final int part) {
    return copies[copy * 3 + part];
  }
}
