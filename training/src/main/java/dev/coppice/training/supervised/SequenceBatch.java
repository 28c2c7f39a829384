package dev.coppice.training.supervised;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/**
 * Lays sequences of unequal length side by side for one forward pass.
 *
 * <p>Inputs and weighted targets are dense one-hot rows: with a few dozen token ids a matrix product
 * with them costs less than a gather and far less than the scatter of its gradient.
 *
 * @param inputs one-hot rows of the tokens read, zero rows for padding.
 * @param targets rows with the loss weight at the token to predict.
 * @param rows number of sequences, B.
 * @param positions length of the longest sequence less one, T.
 * @param tokens number of tokens without padding.
 * @param weight sum of the loss weights.
 * @shape inputs [B*T, V], targets [B*T, V]
 */
record SequenceBatch(
    NDArray inputs, NDArray targets, int rows, int positions, int tokens, double weight) {

  static SequenceBatch of(
      final NDManager manager, final List<TrainingSequence> sequences, final int vocabulary) {
    int positions = 0;
    for (final TrainingSequence sequence : sequences) {
      positions = Math.max(positions, sequence.length() - 1);
    }
    final int rows = sequences.size();
    final float[] inputs = new float[rows * positions * vocabulary];
    final float[] targets = new float[rows * positions * vocabulary];
    int tokens = 0;
    double weight = 0;
    for (int row = 0; row < rows; row++) {
      final TrainingSequence sequence = sequences.get(row);
      tokens += sequence.length() - 1;
      for (int at = 0; at + 1 < sequence.length(); at++) {
        final int offset = (row * positions + at) * vocabulary;
        inputs[offset + sequence.tokens()[at]] = 1f;
        targets[offset + sequence.tokens()[at + 1]] = sequence.lossWeights()[at + 1];
        weight += sequence.lossWeights()[at + 1];
      }
    }
    final Shape shape = new Shape((long) rows * positions, vocabulary);
    return new SequenceBatch(
        manager.create(inputs, shape),
        manager.create(targets, shape),
        rows,
        positions,
        tokens,
        weight);
  }
}
