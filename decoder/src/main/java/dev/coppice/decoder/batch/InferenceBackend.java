package dev.coppice.decoder.batch;

import dev.coppice.model.BackendException;
import dev.coppice.model.LoadedWeights;
import dev.coppice.model.WeightsException;
import java.nio.file.Path;

/**
 * Computes next-token logits over a pool of key-value blocks.
 *
 * <p>The engine decides which block holds which positions; the backend owns the tensors behind the
 * block ids. The logits of a row must not depend on the other rows of the batch.
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
   * Gives the weights the backend was opened with another number; called before the first pass.
   *
   * @param version of the weights, from 0.
   */
  default void startAt(final int version) {
    if (version != 0) {
      throw new IllegalArgumentException(
          "the backend cannot number its weights: backend=" + name() + " version=" + version);
    }
  }

  /**
   * Reads and checks other weights for this model, while passes go on with those in use.
   *
   * @param folder of the weights.
   * @return weights to be given to {@link #adopt}, or closed.
   * @throws WeightsException if they cannot be read or are not of this model.
   * @thread any, one at a time; not the engine thread.
   */
  default LoadedWeights load(final Path folder) {
    throw new WeightsException("the backend cannot change its weights: backend=" + name(), null);
  }

  /**
   * Adds loaded weights under a version; those in use stay until they are retired.
   *
   * @param weights of {@link #load}; owned by the backend from now on.
   * @param version of the weights, one more than the last.
   */
  default void adopt(final LoadedWeights weights, final int version) {
    throw new WeightsException("the backend cannot change its weights: backend=" + name(), null);
  }

  /**
   * Releases weights that no batch will name again.
   *
   * @param version of the weights, not the newest.
   */
  default void retire(final int version) {}

  /**
   * Returns the version of the newest weights.
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
