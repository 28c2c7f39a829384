package dev.coppice.decoder.sequence;

import dev.coppice.decoder.batch.ForwardBatch;
import dev.coppice.decoder.batch.InferenceBackend;
import dev.coppice.decoder.batch.Logits;

/**
 * Runs one sequence on a backend whose pool it takes for itself.
 *
 * @thread one at a time.
 */
final class OneSequence {
  private static final int BLOCK_TOKENS = 32;

  private final InferenceBackend backend;
  private final ForwardBatch batch = new ForwardBatch();
  private final Logits logits = new Logits();
  private int length;

  /**
   * Allocates the pool.
   *
   * @param backend to use.
   * @param tokens the sequence may grow to.
   */
  OneSequence(final InferenceBackend backend, final int tokens) {
    if (tokens > backend.contextTokens()) {
      throw new IllegalArgumentException(
          "the sequence exceeds the context: tokens=%d context=%d; shorten it"
              .formatted(tokens, backend.contextTokens()));
    }
    this.backend = backend;
    backend.allocate((tokens + BLOCK_TOKENS - 1) / BLOCK_TOKENS, BLOCK_TOKENS);
  }

  /**
   * Appends tokens.
   *
   * @param tokens holding them.
   * @param from the first of them.
   * @param to behind the last of them.
   * @param firstLogits the first after which logits are wanted, counted from {@code from}.
   * @return the logits wanted.
   */
  Logits append(final int[] tokens, final int from, final int to, final int firstLogits) {
    for (int i = from; i < to; i++) {
      if (tokens[i] < 0 || tokens[i] >= backend.vocabularySize()) {
        throw new IllegalArgumentException(
            "token %d is not in the vocabulary of %d: index=%d"
                .formatted(tokens[i], backend.vocabularySize(), i));
      }
    }
    batch.clear();
    final int blocks = (length + to - from + BLOCK_TOKENS - 1) / BLOCK_TOKENS;
    final int row = batch.addRow(length, to - from, blocks, firstLogits);
    for (int i = from; i < to; i++) {
      batch.token(row, i - from, tokens[i]);
    }
    for (int i = 0; i < blocks; i++) {
      batch.block(row, i, i);
    }
    backend.forward(batch, logits);
    length += to - from;
    return logits;
  }
}
