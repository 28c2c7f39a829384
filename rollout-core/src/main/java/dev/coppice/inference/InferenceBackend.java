package dev.coppice.inference;

/**
 * Computes next-token logits over a pool of key-value blocks.
 *
 * <p>The engine decides which block holds which positions; the backend owns the tensors behind the
 * block ids. In f32 the logits of a row must not depend on the other rows of the batch.
 *
 * @shape V vocabulary, S block size.
 * @thread the engine thread alone.
 */
public interface InferenceBackend extends AutoCloseable {
  /**
   * Returns the name of the model, for reports.
   *
   * @return a short text.
   */
  String name();

  /**
   * Returns the size of the vocabulary.
   *
   * @return the number of logits per row.
   */
  int vocabularySize();

  /**
   * Returns the length of the context.
   *
   * @return the largest number of tokens in one sequence.
   */
  int contextTokens();

  /**
   * Returns the size of one block of keys and values, for choosing the number of blocks.
   *
   * @param blockTokens the number of positions in a block.
   * @return the bytes one block takes over all layers.
   */
  long blockBytes(int blockTokens);

  /**
   * Makes room for the pool; called once before the first forward pass.
   *
   * @param blocks in the pool; ids run from 0.
   * @param blockTokens the number of positions in a block.
   */
  void allocate(int blocks, int blockTokens);

  /**
   * Copies the first positions of one block into another, over all layers.
   *
   * @param from the block read.
   * @param to the block written.
   * @param tokens the number of positions copied.
   */
  void copyBlock(int from, int to, int tokens);

  /**
   * Computes keys, values and logits of every row.
   *
   * <p>Writes keys and values of the new tokens into their blocks. A row whose logits are not
   * finite is left to the caller to find.
   *
   * @param batch of rows to compute; not changed.
   * @param logits to be filled, V values for each wanted position in the order of the batch; grown
   *     by the backend if too short.
   * @throws BackendException if nothing could be computed; the blocks of the batch then hold
   *     nothing that may be used.
   */
  void forward(ForwardBatch batch, Logits logits);

  /**
   * Returns the version of the weights the next forward pass uses.
   *
   * @return the version, from 0.
   */
  default int policyVersion() {
    return 0;
  }

  /** Releases tensors and native memory. */
  @Override
  void close();
}
