package dev.coppice.decoder;

import dev.coppice.decoder.batch.InferenceBackend;
import dev.coppice.decoder.sequence.Generator;
import dev.coppice.decoder.sequence.Scorer;
import dev.coppice.model.SequenceModel;

/**
 * Scores and continues one sequence at a time with a backend of its own.
 *
 * @param backend that computes; closed with this.
 * @param vocabularySize of the tokenizer, or 0 where none is known.
 */
record SingleSequence(InferenceBackend backend, int vocabularySize) implements SequenceModel {
  @Override
  public int contextTokens() {
    return backend.contextTokens();
  }

  @Override
  public Scores score(final int[] tokens, final int top) {
    return Scorer.score(backend, tokens, top);
  }

  @Override
  public Continuation generate(final int[] prompt, final Plan plan) {
    return Generator.generate(backend, vocabularySize, prompt, plan);
  }

  @Override
  public void close() {
    backend.close();
  }
}
