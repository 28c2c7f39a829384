package dev.coppice.decoder;

import dev.coppice.decoder.batch.InferenceBackend;
import dev.coppice.decoder.sequence.Generator;
import dev.coppice.decoder.sequence.Scorer;
import dev.coppice.model.SequenceModel;

/** Scores and continues one sequence at a time with a backend of its own. */
record SingleSequence(InferenceBackend backend) implements SequenceModel {
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
    return Generator.generate(backend, prompt, plan);
  }

  @Override
  public void close() {
    backend.close();
  }
}
