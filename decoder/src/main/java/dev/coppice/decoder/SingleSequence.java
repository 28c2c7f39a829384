package dev.coppice.decoder;

import dev.coppice.decoder.batch.InferenceBackend;
import dev.coppice.decoder.sampling.Sampler;
import dev.coppice.decoder.sequence.Generator;
import dev.coppice.decoder.sequence.Scorer;
import dev.coppice.model.SequenceModel;
import java.util.List;

/**
 * Scores and continues one sequence at a time with a backend of its own.
 *
 * @param backend that computes; closed with this.
 * @param vocabularySize of the tokenizer, or 0 where none is known.
 * @param holes ids below it that stand for no token.
 */
record SingleSequence(InferenceBackend backend, int vocabularySize, List<Integer> holes)
    implements SequenceModel {
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
    return Generator.generate(
        backend, new Sampler(plan.sampling(), vocabularySize, holes), prompt, plan);
  }

  @Override
  public void close() {
    backend.close();
  }
}
