package dev.coppice.decoder;

import dev.coppice.decoder.batch.ForwardBatch;
import dev.coppice.decoder.batch.InferenceBackend;
import dev.coppice.decoder.batch.Logits;
import java.util.Arrays;

/** Computes whole sequences on a backend, each in blocks of its own, for tests to compare with. */
final class Sequences {
  private Sequences() {}

  /**
   * Computes the logits after every token of one sequence.
   *
   * @param backend to allocate and use.
   * @param tokens of the sequence.
   * @param blockTokens positions in a block.
   * @param chunk new tokens in a pass.
   * @return the logits, {@code tokens.length * V}.
   */
  static float[] all(
      final InferenceBackend backend, final int[] tokens, final int blockTokens, final int chunk) {
    final int blocks = (tokens.length + blockTokens - 1) / blockTokens;
    backend.allocate(blocks, blockTokens);
    final int vocabulary = backend.vocabularySize();
    final float[] out = new float[tokens.length * vocabulary];
    final ForwardBatch batch = new ForwardBatch();
    final Logits logits = new Logits();
    for (int start = 0; start < tokens.length; start += chunk) {
      final int end = Math.min(tokens.length, start + chunk);
      batch.clear();
      add(batch, Arrays.copyOf(tokens, end), start, identity(blocks), blockTokens);
      backend.forward(batch, logits);
      System.arraycopy(logits.values(), 0, out, start * vocabulary, (end - start) * vocabulary);
    }
    return out;
  }

  /** Adds a row that computes the tokens of a sequence from a position on, wanting all logits. */
  static void add(
      final ForwardBatch batch,
      final int[] tokens,
      final int start,
      final int[] blocks,
      final int blockTokens) {
    final int count = (tokens.length + blockTokens - 1) / blockTokens;
    final int row = batch.addRow(start, tokens.length - start, count, 0);
    for (int i = start; i < tokens.length; i++) {
      batch.token(row, i - start, tokens[i]);
    }
    for (int i = 0; i < count; i++) {
      batch.block(row, i, blocks[i]);
    }
  }

  static int[] identity(final int count) {
    final int[] ids = new int[count];
    Arrays.setAll(ids, i -> i);
    return ids;
  }
}
